import NIOCore
import Shared

/// Writes messages as the schemas of OpenTelemetry's GenAI conventions have them, within a bound: texts that have no more
/// room are cut, so that what is written is whole JSON all the same.
struct GenAIMessageWriter: Sendable {
  /// How many bytes of texts there is still room for.
  private var room: Int

  /// `room` is in bytes.
  init(room: Int = 64 * 1024) { self.room = room }

  mutating func messages(_ turns: [Turn]) -> String {
    array(turns) { writer, turn, json in
      json.member("role", turn.role.rawValue)
      json.name("parts")
      writer.write(turn.parts, to: &json)
    }
  }

  mutating func messages(_ choices: [Answer.Choice]) -> String {
    array(choices) { writer, choice, json in
      json.member("role", "assistant")
      json.name("parts")
      writer.write(choice.parts, to: &json)
      json.member("finish_reason", (choice.finishReason ?? .stop).rawValue)
    }
  }

  mutating func parts(_ parts: [Part]) -> String {
    var json = JSONWriter()
    write(parts, to: &json)
    return String(buffer: json.buffer)
  }

  private mutating func array<Element>(
    _ elements: [Element], _ write: (inout GenAIMessageWriter, Element, inout JSONWriter) -> Void
  ) -> String {
    var json = JSONWriter()
    var writer = self
    json.array { json in
      for element in elements { json.object { json in write(&writer, element, &json) } }
    }
    self = writer
    return String(buffer: json.buffer)
  }

  private mutating func write(_ parts: [Part], to json: inout JSONWriter) {
    var writer = self
    json.array { json in
      for part in parts { json.object { json in writer.write(part, to: &json) } }
    }
    self = writer
  }

  private mutating func write(_ part: Part, to json: inout JSONWriter) {
    switch part {
    case .text(let part): write("text", part.text, to: &json)
    case .refusal(let text): write("refusal", text, to: &json)
    case .thought(let thought): write("reasoning", thought.text, to: &json)
    case .toolCall(let call):
      json.member("type", "tool_call")
      json.member("id", call.id)
      json.member("name", call.name)
      json.member("arguments", fitting(call.arguments))
    case .toolResult(let result):
      json.member("type", "tool_call_response")
      json.member("id", result.callID)
      json.member("response", fitting(result.parts.reduce(into: "") { $0 += $1.text ?? "" }))
    // Their bytes would fill any trace.
    case .image: json.member("type", "image")
    case .audio: json.member("type", "audio")
    case .document: json.member("type", "document")
    case .citation: json.member("type", "citation")
    case .opaque: json.member("type", "other")
    }
  }

  private mutating func write(_ type: String, _ text: String, to json: inout JSONWriter) {
    json.member("type", type)
    json.member("content", fitting(text))
  }

  /// As much of a text as there is room for, with what looks like a secret blotted out.
  private mutating func fitting(_ text: String) -> String {
    let shown = LoggedContents(bytes: room, rate: 1).shown(text)
    room -= min(room, shown.utf8.count)
    return shown
  }
}
