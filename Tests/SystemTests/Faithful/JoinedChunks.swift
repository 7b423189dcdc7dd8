import Shared
import TestSupport

/// The chunks of a stream joined into the whole answer, as OpenAI's Python SDK joins them.
struct JoinedChunks {
  /// In the form of a whole answer. After an error it has the error, too.
  private(set) var document: JSONValue = .null
  /// What an official client would stumble over.
  private(set) var faults: [String] = []
  private(set) var isDone = false

  /// Of a choice's members those that are joined in a way of their own.
  private static let known: Set = ["index", "delta", "finish_reason", "logprobs"]

  init(_ reply: StreamedReply) {
    var top: JSONObject = [:]
    var choices: [Int64: JSONObject] = [:]
    var messages: [Int64: JoinedDelta] = [:]
    for event in reply.events {
      if event.data == "[DONE]" {
        isDone = true
        continue
      }
      let chunk = event.json
      if isDone { faults.append("there is something after [DONE]") }
      if chunk["error"] == nil, chunk["object"] != "chat.completion.chunk" {
        faults.append("no chunk: \(event.data)")
      }
      for (name, value) in chunk.object ?? [:] where name != "choices" && !value.isNull { top[name] = value }
      for choice in chunk["choices"]?.array ?? [] { take(choice, &choices, &messages) }
    }
    top["choices"] = .array(choices.sorted { $0.key < $1.key }.map { .object($0.value) })
    document = .object(top)
    faults += messages.values.flatMap(\.faults)
    for choice in choices.values where choice["message"]?["role"] != "assistant" {
      faults.append("the role joins to \(Expectation.short(choice["message"]?["role"]))")
    }
  }

  private mutating func take(
    _ choice: JSONValue, _ choices: inout [Int64: JSONObject], _ messages: inout [Int64: JoinedDelta]
  ) {
    guard let index = choice["index"]?.integer else { return faults.append("a choice without an index") }
    var joined =
      choices[index] ?? ["index": .integer(index), "message": [:], "finish_reason": .null, "logprobs": .null]
    messages[index, default: JoinedDelta()].add(choice["delta"]?.object ?? [:])
    joined["message"] = .object(messages[index]?.members ?? [:])
    if let reason = choice["finish_reason"], !reason.isNull {
      if joined["finish_reason"]?.isNull == false { faults.append("two finish reasons") }
      joined["finish_reason"] = reason
    }
    if let logprobs = choice["logprobs"], !logprobs.isNull {
      var tokens = joined["logprobs"]?["content"]?.array ?? []
      tokens += logprobs["content"]?.array ?? []
      joined["logprobs"] = ["content": .array(tokens)]
    }
    for (name, value) in choice.object ?? [:] where !Self.known.contains(name) && !value.isNull {
      joined[name] = value
    }
    choices[index] = joined
  }
}
