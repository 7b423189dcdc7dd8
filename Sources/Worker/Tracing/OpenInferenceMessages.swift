import Shared
import Tracing

/// Messages as OpenInference has them, an attribute for each member, which is what Phoenix shows as a conversation
/// (https://arize-ai.github.io/openinference/spec/semantic_conventions.html). Texts are bounded, and what looks like a secret
/// is blotted out.
struct OpenInferenceMessages {
  /// The most messages that are told, the last ones: backends bound how many attributes a span has.
  private static let most = 40

  /// How many bytes of texts there is still room for.
  private var room = 64 * 1024
  private var attributes: SpanAttributes = [:]
  private var count = 0
  private let prefix: String

  static func attributes(_ prefix: String, of turns: some Collection<(role: String, parts: [Part])>)
    -> SpanAttributes
  {
    var messages = OpenInferenceMessages(prefix: prefix)
    for turn in turns.suffix(most) { messages.add(turn.role, turn.parts) }
    return messages.attributes
  }

  private init(prefix: String) { self.prefix = prefix }

  private mutating func add(_ role: String, _ parts: [Part]) {
    var texts: [String] = []
    var calls: [ToolCall] = []
    for part in parts {
      switch part {
      case .text(let part): texts.append(part.text)
      case .refusal(let text): texts.append(text)
      case .toolCall(let call): calls.append(call)
      // Each is a message of its own.
      case .toolResult(let result): add(result)
      case .thought, .image, .audio, .document, .citation, .opaque: break
      }
    }
    guard !texts.isEmpty || !calls.isEmpty else { return }
    let message = next(role)
    if !texts.isEmpty { attributes["\(message).content"] = fitting(texts.joined(separator: "\n")) }
    for (place, call) in calls.enumerated() {
      let name = "\(message).tool_calls.\(place).tool_call"
      attributes["\(name).id"] = call.id
      attributes["\(name).function.name"] = call.name
      attributes["\(name).function.arguments"] = fitting(call.arguments)
    }
  }

  private mutating func add(_ result: ToolResult) {
    let message = next("tool")
    attributes["\(message).tool_call_id"] = result.callID
    attributes["\(message).content"] = fitting(result.parts.reduce(into: "") { $0 += $1.text ?? "" })
  }

  /// The name of one more message, whose role is told.
  private mutating func next(_ role: String) -> String {
    let message = "\(prefix).\(count).message"
    count += 1
    attributes["\(message).role"] = role
    return message
  }

  private mutating func fitting(_ text: String) -> String {
    let shown = LoggedContents(bytes: room, rate: 1).shown(text)
    room -= min(room, shown.utf8.count)
    return shown
  }
}
