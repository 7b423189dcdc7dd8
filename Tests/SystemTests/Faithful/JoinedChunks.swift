import Shared
import TestSupport

/// The chunks of a stream joined into the whole answer, as OpenAI's Python SDK joins deltas: texts and numbers are
/// added, `index` and `type` replaced, objects joined by member, lists by each entry's `index`.
struct JoinedChunks {
  /// In the form of a whole answer. After an error it has the error, too.
  private(set) var document: JSONValue = .null
  /// What an official client would stumble over.
  private(set) var faults: [String] = []
  private(set) var isDone = false

  init(_ reply: StreamedReply) {
    var top: JSONObject = [:]
    var choices: [Int64: JSONObject] = [:]
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
      for choice in chunk["choices"]?.array ?? [] { take(choice, &choices) }
    }
    top["choices"] = .array(choices.sorted { $0.key < $1.key }.map { .object($0.value) })
    document = .object(top)
    for choice in choices.values where choice["message"]?["role"] != "assistant" {
      faults.append("the role joins to \(Expectation.short(choice["message"]?["role"]))")
    }
  }

  private mutating func take(_ choice: JSONValue, _ choices: inout [Int64: JSONObject]) {
    guard let index = choice["index"]?.integer else { return faults.append("a choice without an index") }
    var joined =
      choices[index] ?? ["index": .integer(index), "message": [:], "finish_reason": .null, "logprobs": .null]
    let delta = choice["delta"]?.object ?? [:]
    let calls = delta["tool_calls"]?.array ?? []
    let indices = calls.compactMap { $0["index"]?.integer }
    if indices.count < calls.count { faults.append("a tool call without an index") }
    if Set(indices).count < indices.count { faults.append("two entries for one index: \(indices)") }
    var message = joined["message"]?.object ?? [:]
    add(delta, to: &message)
    joined["message"] = .object(message)
    if let reason = choice["finish_reason"], !reason.isNull {
      if joined["finish_reason"]?.isNull == false { faults.append("two finish reasons") }
      joined["finish_reason"] = reason
    }
    if let logprobs = choice["logprobs"], !logprobs.isNull {
      var tokens = joined["logprobs"]?["content"]?.array ?? []
      tokens += logprobs["content"]?.array ?? []
      joined["logprobs"] = ["content": .array(tokens)]
    }
    choices[index] = joined
  }

  private mutating func add(_ delta: JSONObject, to joined: inout JSONObject) {
    for (name, value) in delta {
      guard let known = joined[name], !known.isNull, name != "index", name != "type" else {
        joined[name] = value
        continue
      }
      switch (known, value) {
      case (.string(let text), .string(let more)): joined[name] = .string(text + more)
      case (.integer(let number), .integer(let more)): joined[name] = .integer(number + more)
      case (.object(var members), .object(let more)):
        add(more, to: &members)
        joined[name] = .object(members)
      case (.array(let entries), .array(let more)): joined[name] = .array(list(entries, with: more, name))
      // Anything else, null too, leaves what is there.
      default: break
      }
    }
  }

  private mutating func list(_ entries: [JSONValue], with more: [JSONValue], _ name: String) -> [JSONValue] {
    var entries = entries
    if entries.allSatisfy({ $0.string != nil || $0.double != nil }) { return entries + more }
    for entry in more {
      guard let members = entry.object, let index = entry["index"]?.integer else {
        faults.append("an entry of \(name) without an index")
        continue
      }
      if entries.indices.contains(Int(index)) {
        var joined = entries[Int(index)].object ?? [:]
        add(members, to: &joined)
        entries[Int(index)] = .object(joined)
      } else {
        entries.append(entry)
      }
    }
    return entries
  }
}
