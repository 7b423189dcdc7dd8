import Shared
import TestSupport

/// What a client has of an answer, in OpenAI's words: as it must be, or as one of the ways to ask told it.
struct ToldAnswer: Sendable {
  /// The members of the message but for its role.
  var message: JSONObject = [:]
  /// The tokens of `logprobs.content`.
  var logprobs: [JSONValue] = []
  var finishReason: JSONValue = .null
  var usage: JSONValue = ["prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0]
  /// What stands beside the message and beside the choices; nil where the route has no place for it.
  var others: JSONObject? = [:]
  /// Whether the provider told an id for each call: without one, every answer has an id of its own.
  var hasIDs = true

  init() {}

  /// Of `/v1/chat/completions`: a whole answer, or its chunks joined into one.
  init(completion document: JSONValue) {
    let choice = document["choices"]?[0]?.object ?? [:]
    message = choice["message"]?.object ?? [:]
    message["role"] = nil
    logprobs = choice["logprobs"]?["content"]?.array ?? []
    finishReason = choice["finish_reason"] ?? .null
    // OpenAI's word of before there were tools, which native routes do not have.
    if finishReason == "function_call", message["function_call"] != nil { finishReason = "tool_calls" }
    usage = document["usage"] ?? .null
    let own: Set = ["index", "message", "logprobs", "finish_reason"]
    let common: Set = ["id", "object", "created", "model", "choices", "usage"]
    others = choice.filter { !own.contains($0.key) }
    for (name, value) in document.object ?? [:] where !common.contains(name) { others?[name] = value }
  }

  /// Of a job's result.
  init(job: JSONValue) {
    let result = job["result"]
    message = result?["message"]?.object ?? [:]
    message["content"] = result?["response"] ?? .null
    logprobs = result?["logprobs"]?["content"]?.array ?? []
    finishReason = result?["finish_reason"] ?? .null
    usage = result?["usage"] ?? .null
    others = nil
  }

  /// Of a job's events: the deltas joined, and the rest of the job at their end. `faults` gets what a client that joins
  /// them would stumble over.
  init(events: [StreamedReply.Event], faults: inout [String]) {
    self.init(job: events.last?.json ?? .null)
    logprobs = []
    var joined = JoinedDelta()
    for event in events where event.name == "delta" {
      var delta = event.json["message"]?.object ?? [:]
      delta["content"] = event.json["text"]
      joined.add(delta)
      logprobs += event.json["logprobs"]?["content"]?.array ?? []
    }
    message = joined.members
    faults += joined.faults
  }

  // MARK: - Member by member

  /// What differs from `expected`, in words.
  func differences(from expected: ToldAnswer, withIDs: Bool) -> [String] {
    var differences: [String] = []
    func compare(_ place: String, _ told: JSONValue?, _ wanted: JSONValue?) {
      let left = Expectation.plain(told ?? .null, withIDs: withIDs)
      let right = Expectation.plain(wanted ?? .null, withIDs: withIDs)
      guard !Expectation.equal(left, right) else { return }
      differences.append("\(place) is \(Expectation.short(left)), expected \(Expectation.short(right))")
    }
    func compare(_ place: String, _ told: JSONObject, _ wanted: JSONObject) {
      // What says nothing may as well be absent.
      let (told, wanted) = (told.filter { $0.value != "" }, wanted.filter { $0.value != "" })
      for name in Set(told.keys).union(wanted.keys).sorted() {
        compare("\(place).\(name)", told[name], wanted[name])
      }
    }
    compare("message", message, expected.message)
    compare("usage", usage.object ?? [:], expected.usage.object ?? [:])
    compare("finish_reason", finishReason, expected.finishReason)
    compare("logprobs", .array(logprobs), .array(expected.logprobs))
    if let others, let wanted = expected.others { compare("beside the message", others, wanted) }
    return differences
  }
}
