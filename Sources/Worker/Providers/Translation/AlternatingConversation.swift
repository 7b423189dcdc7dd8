import Shared

/// A conversation as Gemini and Anthropic want it: system text apart, turns that alternate and start with the
/// user's, what functions returned at the start of the turn after their calls.
struct AlternatingConversation: Sendable, Hashable {
  struct Turn: Sendable, Hashable {
    let isModel: Bool
    var parts: [JSONValue]
    /// How many of the parts, from the first on, are what functions returned.
    fileprivate var results = 0

    init(isModel: Bool, parts: [JSONValue] = []) {
      self.isModel = isModel
      self.parts = parts
    }
  }

  /// Texts, as the provider writes them.
  private(set) var system: [JSONValue] = []
  private(set) var turns: [Turn] = []
  /// The calls so far, by their ids.
  private var calls: [String: ToolCall] = [:]

  init(_ messages: [ChatMessage], by writer: some PartWriter) throws(Untranslatable) {
    for (index, message) in messages.enumerated() {
      do throws(Untranslatable) { try add(message, writer) } catch { throw error.at("messages[\(index)]") }
    }
    startWithUser(writer)
  }

  private mutating func add(_ message: ChatMessage, _ writer: some PartWriter) throws(Untranslatable) {
    try refuseOthers(of: message, writer)
    switch message.role {
    case .system, .developer: system += try writer.textOnly(message.content, "in system messages")
    case .user: append(try writer.parts(of: message.content), isModel: false)
    case .assistant:
      var parts = try writer.parts(of: message.content)
      if let refusal = message.members["refusal"]?.string.flatMap({ writer.text($0, cacheControl: nil) }) {
        parts.append(refusal)
      }
      append(try parts + writeCalls(of: message, writer), isModel: true)
    case .tool: try addResult(message, writer)
    }
  }

  /// Members of a message that the provider has no form for.
  private func refuseOthers(
    of message: ChatMessage, _ writer: some PartWriter
  ) throws(Untranslatable) {
    let known: Set<String> =
      switch message.role {
      case .assistant: ["tool_calls", "refusal"]
      // Some clients name the function again.
      case .tool: ["tool_call_id", "name"]
      default: []
      }
    for (name, value) in message.members
    where !known.contains(name) && !AdvisoryMembers.mayDropFromMessage(name, value) {
      throw .missing("`\(name)` in \(message.role) messages", in: writer.provider)
    }
  }

  private mutating func append(_ parts: [JSONValue], isModel: Bool) {
    guard !parts.isEmpty else { return }
    if turns.last?.isModel != isModel { turns.append(Turn(isModel: isModel)) }
    turns[turns.count - 1].parts += parts
  }

  // MARK: - Calls and their results

  private mutating func writeCalls(
    of message: ChatMessage, _ writer: some PartWriter
  ) throws(Untranslatable) -> [JSONValue] {
    var written: [JSONValue] = []
    for (index, json) in (message.members["tool_calls"]?.array ?? []).enumerated() {
      guard json["type"]?.string ?? "function" == "function", let call = ToolCall(json) else {
        throw .missing("calls of anything but functions, such as tool_calls[\(index)]", in: writer.provider)
      }
      guard let arguments = Self.parse(call.arguments) else {
        throw Untranslatable("the arguments of tool_calls[\(index)] should be the text of a JSON object.")
      }
      written.append(try writer.call(call, arguments: arguments, position: index))
      calls[call.id] = call
    }
    return written
  }

  /// Some models write nothing at all for a function without parameters.
  private static func parse(_ arguments: String) -> JSONObject? {
    arguments.allSatisfy(\.isWhitespace) ? [:] : (try? JSONParser.parse(arguments))?.object
  }

  private mutating func addResult(
    _ message: ChatMessage, _ writer: some PartWriter
  ) throws(Untranslatable) {
    guard let call = message.toolCallID.flatMap({ calls[$0] }) else {
      throw Untranslatable("`tool_call_id` should be the id of a call in an assistant message before it.")
    }
    let result = try writer.result(of: call, message.content)
    if turns.last?.isModel != false { turns.append(Turn(isModel: false)) }
    let last = turns.count - 1
    turns[last].parts.insert(result, at: turns[last].results)
    turns[last].results += 1
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
