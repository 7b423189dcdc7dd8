public import OrderedCollections

/// What a server that speaks OpenAI's dialect takes of it, and what must be written otherwise or left out.
///
/// A value says what to do and does nothing; the dialect that writes requests applies it. Where `nil` is allowed it
/// means: as the client said.
public struct ProviderShape: Sendable, Hashable {
  /// The member that says how long an answer may be.
  public enum LimitName: String, Sendable, Hashable, CaseIterable {
    case maxTokens = "max_tokens"
    case maxCompletionTokens = "max_completion_tokens"
  }

  /// The role of an operator's instructions.
  public enum SystemRole: String, Sendable, Hashable, CaseIterable {
    case system
    case developer
  }

  /// What ids of tool calls may be.
  public enum ToolCallIDs: Sendable, Hashable {
    case any
    /// Letters, digits, `_` and `-` (Anthropic). Others' may have more, such as Kimi's `functions.find:0`.
    case wordCharacters
    /// Exactly nine of a-z, A-Z, 0-9 (Mistral).
    case nineAlphanumerics
  }

  public var limitName: LimitName?
  /// Whether a stream may be asked for its usage.
  public var takesStreamOptions: Bool
  public var systemRole: SystemRole?
  /// Whether it takes a temperature and top_p.
  public var takesSampling: Bool
  /// Whether it takes `reasoning_content` back.
  public var takesReasoning: Bool
  /// Whether messages may have a `name`.
  public var takesMessageNames: Bool
  /// Whether it knows the sounds of its earlier answers by their ids.
  public var keepsAudio = false
  /// Whether it takes the pictures of its earlier answers back in `images`.
  public var keepsImages = false
  /// Whether a message may have a `refusal`: elsewhere it is a text.
  public var takesRefusals = true
  /// Whether parts and tools may have `cache_control`, Anthropic's mark of how far a prompt is cached.
  public var takesCacheControl = true
  /// Whether calls go back with the signatures that Gemini gave them, as Google's own OpenAI endpoint wants them
  /// (https://ai.google.dev/gemini-api/docs/thought-signatures#openai).
  public var takesSignatures = false
  /// Whether it has `/completions`.
  public var takesCompletions = false
  /// Whether it has `/moderations`.
  public var takesModerations = false
  public var toolCallIDs: ToolCallIDs
  /// Members of a request that are left out.
  public var drop: Set<String>
  /// Members of a request that have another name there.
  public var rename: [String: String]
  /// Members of every request, whatever the client said.
  public var send: JSONObject
  /// What a model's name decides, where that is known to be one that thinks: see ``fitted(to:)``.
  public var leftToModel: Set<ModelTrait>

  /// In what models of one server differ.
  public enum ModelTrait: Sendable, Hashable {
    case limitName
    case sampling
  }

  public init(
    limitName: LimitName? = nil, takesStreamOptions: Bool = true, systemRole: SystemRole? = nil,
    takesSampling: Bool = true, takesReasoning: Bool = false, takesMessageNames: Bool = true,
    toolCallIDs: ToolCallIDs = .any, drop: Set<String> = [], rename: [String: String] = [:],
    send: JSONObject = [:], leftToModel: Set<ModelTrait> = []
  ) {
    self.limitName = limitName
    self.takesStreamOptions = takesStreamOptions
    self.systemRole = systemRole
    self.takesSampling = takesSampling
    self.takesReasoning = takesReasoning
    self.takesMessageNames = takesMessageNames
    self.toolCallIDs = toolCallIDs
    self.drop = drop
    self.rename = rename
    self.send = send
    self.leftToModel = leftToModel
  }

  /// A server of which nothing is known: all goes there as the client said it.
  public static let neutral = ProviderShape()
  /// Of Anthropic's dialect only what differs from model to model.
  static let anthropic = ProviderShape(leftToModel: [.sampling])
}

// MARK: - Models of one server

extension ProviderShape {
  /// The shape for one model of the server. OpenAI's models that think take no temperature, no top_p, no penalties and
  /// no `max_tokens` (https://platform.openai.com/docs/guides/reasoning), Claude from 4.7 on no temperature, top_p and top_k
  /// but its own (https://platform.claude.com/docs/en/about-claude/models/migration-guide).
  public func fitted(to model: String) -> ProviderShape {
    guard !leftToModel.isEmpty else { return self }
    var shape = self
    if leftToModel.contains(.sampling), Self.samplesByItself(model) { shape.takesSampling = false }
    guard Self.thinks(model) else { return shape }
    if leftToModel.contains(.limitName) { shape.limitName = .maxCompletionTokens }
    if leftToModel.contains(.sampling) {
      shape.takesSampling = false
      shape.drop.formUnion(["presence_penalty", "frequency_penalty"])
    }
    return shape
  }

  /// `claude-opus-4-7`, `claude-sonnet-5` and later, also behind `anthropic/` and the like. Before 4, numbers stood first, and what
  /// has more than two digits is a date.
  private static func samplesByItself(_ model: String) -> Bool {
    let words = Self.name(of: model).split(separator: "-")
    guard words.count > 2, words[0] == "claude", words[1].first?.isLetter == true else { return false }
    guard let major = Int(words[2].prefix(while: \.isNumber)), major < 100 else { return false }
    let minor = words.count > 3 ? Int(words[3].prefix(while: \.isNumber)) ?? 0 : 0
    return major > 4 || major == 4 && (7..<100).contains(minor)
  }

  private static func name(of model: String) -> Substring {
    model[(model.lastIndex(of: "/").map(model.index(after:)) ?? model.startIndex)...]
  }

  /// o1, o3…, gpt-5 and later, but not those of them that only chat; also behind `openai/` and the like.
  static func thinks(_ model: String) -> Bool {
    let name = Self.name(of: model)
    if name.hasPrefix("o"), let digit = name.dropFirst().first, digit.isASCII, digit.isNumber { return true }
    guard name.hasPrefix("gpt-"), !name.contains("-chat") else { return false }
    // The number ends at a dot or a dash; `gpt-4o` has none, and Azure writes 3.5 as 35.
    return Int(name.dropFirst(4).prefix { $0 != "." && $0 != "-" }).map { (5..<20).contains($0) } ?? false
  }
}
