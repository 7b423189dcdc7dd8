import OrderedCollections

/// A conversation as Gemini and Anthropic want it: system text apart, turns that alternate and start with the
/// user's, what functions returned at the start of the turn after their calls.
struct AlternatingConversation: Sendable, Hashable {
  struct Turn: Sendable, Hashable {
    let isModel: Bool
    /// What functions returned, which stands in front of all else.
    fileprivate var results: [JSONValue] = []
    fileprivate var others: [JSONValue]

    init(isModel: Bool, parts: [JSONValue] = []) {
      self.isModel = isModel
      others = parts
    }

    var parts: [JSONValue] { results.isEmpty ? others : results + others }
  }

  /// Texts, as the provider writes them.
  private(set) var system: [JSONValue] = []
  private(set) var turns: [Turn] = []
  /// The calls so far, by their ids.
  private var calls: [String: ToolCall] = [:]

  /// The ids of calls and results must fit together.
  init(_ turns: [Shared.Turn], by writer: some PartWriter) throws(Untranslatable) {
    for (index, turn) in turns.enumerated() {
      do throws(Untranslatable) { try add(turn, writer) } catch { throw error.at("messages[\(index)]") }
    }
    startWithUser(writer)
  }

  private mutating func add(_ turn: Shared.Turn, _ writer: some PartWriter) throws(Untranslatable) {
    switch turn.role {
    case .system, .developer: system += try writer.textOnly(turn.parts, "in system messages")
    case .user: append(try writer.parts(of: turn.parts), isModel: false)
    case .assistant:
      var parts = try writer.parts(of: Self.said(turn.parts, writer)) + writeCalls(of: turn, writer)
      if parts.isEmpty, let text = turn.standIn.flatMap({ writer.text(TextPart($0)) }) { parts = [text] }
      append(parts, isModel: true)
    case .tool:
      for part in turn.parts { if case .toolResult(let result) = part { try addResult(result, writer) } }
    }
  }

  /// What a model said, without what its provider alone could take back and the pictures, sounds and files that are no
  /// input of a model's own turn there. What a user says is refused where it cannot be told; this is no wish of his.
  private static func said(_ parts: [Part], _ writer: some PartWriter) -> [Part] {
    if writer.takesMediaOfModels { return parts }
    return parts.filter { part in
      switch part {
      case .image(let image): writer.takesImagesOfModels && (try? writer.image(image)) != nil
      case .audio: false
      case .document(let document): writer.takesDocumentsOfModels && (try? writer.document(document)) != nil
      case .opaque(let opaque): (try? writer.opaque(opaque)) != nil
      case .text, .refusal, .thought, .toolCall, .toolResult, .citation: true
      }
    }
  }

  private mutating func append(_ parts: [JSONValue], isModel: Bool) {
    guard !parts.isEmpty else { return }
    if turns.last?.isModel != isModel { turns.append(Turn(isModel: isModel)) }
    turns[turns.count - 1].others += parts
  }

  // MARK: - Calls and their results

  private mutating func writeCalls(
    of turn: Shared.Turn, _ writer: some PartWriter
  ) throws(Untranslatable) -> [JSONValue] {
    var written: [JSONValue] = []
    for part in turn.parts {
      if case .opaque(let opaque) = part, opaque.name == "tool_calls" {
        throw .missing(
          "calls of anything but functions, such as tool_calls[\(written.count)]", in: writer.provider)
      }
      guard case .toolCall(let call) = part else { continue }
      guard call.kind != .custom else {
        throw .missing(
          "calls of anything but functions, such as tool_calls[\(written.count)]", in: writer.provider)
      }
      guard let arguments = Self.parse(call.arguments) else {
        throw Untranslatable(
          "the arguments of tool_calls[\(written.count)] should be the text of a JSON object.")
      }
      written.append(try writer.call(call, arguments: arguments, position: written.count))
      calls[call.id] = call
    }
    return written
  }

  /// Some models write nothing at all for a function without parameters.
  private static func parse(_ arguments: String) -> JSONObject? {
    arguments.allSatisfy(\.isWhitespace) ? [:] : (try? JSONParser.parse(arguments, of: .provider))?.object
  }

  private mutating func addResult(_ result: ToolResult, _ writer: some PartWriter) throws(Untranslatable) {
    guard let call = calls[result.callID] else {
      throw Untranslatable("`tool_call_id` should be the id of a call in an assistant message before it.")
    }
    let written = try writer.result(result, of: call)
    if turns.last?.isModel != false { turns.append(Turn(isModel: false)) }
    let last = turns.count - 1
    turns[last].results.append(written)
    turns[last].others += try writer.parts(of: writer.besideResult(result))
  }

  // MARK: - Start

  /// There must be a turn: a conversation of system messages only is asked as the user's.
  private mutating func startWithUser(_ writer: some PartWriter) {
    if turns.isEmpty {
      turns = [Turn(isModel: false, parts: system.isEmpty ? [writer.opening] : system)]
      system = []
    } else if turns[0].isModel {
      turns.insert(Turn(isModel: false, parts: [writer.opening]), at: 0)
    }
  }
}
