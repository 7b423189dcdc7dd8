import NIOCore
import OrderedCollections

extension CompletionRequest {
  /// The request in OpenAI's form.
  ///
  /// - Parameter streams: whether the answer shall come bit by bit, with its usage at the end.
  func openAIForm(model: String, streams: Bool = false, takesStreamOptions: Bool = true) -> ByteBuffer {
    var json = JSONWriter()
    json.object { json in
      json.member("model", model)
      writeOwnMembers(to: &json)
      json.members(extras)
      guard streams else { return }
      json.member("stream", json: true)
      if takesStreamOptions { json.member("stream_options", json: ["include_usage": true]) }
    }
    return json.buffer
  }

  private func writeOwnMembers(to json: inout JSONWriter) {
    json.member("prompt", json: prompt)
    if let suffix { json.member("suffix", suffix) }
    if count != 1 { json.member("n", Int64(count)) }
    if let bestOf { json.member("best_of", Int64(bestOf)) }
    if let logprobs { json.member("logprobs", Int64(logprobs)) }
    if echoes { json.member("echo", json: true) }
    if let limit = parameters.maxTokens { json.member("max_tokens", Int64(limit)) }
    if let temperature = parameters.temperature { json.member("temperature", json: .double(temperature)) }
    if let topP = parameters.topP { json.member("top_p", json: .double(topP)) }
    if !parameters.stop.isEmpty { json.member("stop", json: .array(parameters.stop.map(JSONValue.string))) }
    if let seed = parameters.seed { json.member("seed", seed) }
    if let user = parameters.user { json.member("user", user) }
  }

  // MARK: - For the queue

  /// The stored form: compact JSON in one fixed order. The client's other members stand under a name of their own, so that
  /// none of them is taken for one of ours.
  func stored() -> ByteBuffer {
    var json = JSONWriter()
    json.object { json in
      json.name("completion")
      json.object { json in
        json.member("model", model)
        writeOwnMembers(to: &json)
        if !extras.isEmpty { json.member("extras", json: .object(extras)) }
      }
    }
    return json.buffer
  }

  /// Reads what stands under `completion` in the stored form. Throws ``StoredJobError`` when it is none.
  init(stored value: JSONValue) throws(StoredJobError) {
    guard let model = value["model"]?.string, let prompt = value["prompt"] else {
      throw .unreadable(what: "request", "a member is missing")
    }
    func number(_ name: String) -> Int? { value[name]?.integer.map { Int(clamping: $0) } }
    var parameters = Parameters(
      maxTokens: number("max_tokens"), temperature: value["temperature"]?.double,
      topP: value["top_p"]?.double, stop: value["stop"]?.array?.compactMap(\.string) ?? [],
      seed: value["seed"]?.integer)
    parameters.user = value["user"]?.string
    self.init(
      model: model, prompt: prompt, suffix: value["suffix"]?.string, count: number("n") ?? 1,
      bestOf: number("best_of"), logprobs: number("logprobs"), echoes: value["echo"]?.bool ?? false,
      parameters: parameters, extras: value["extras"]?.object ?? [:])
  }
}
