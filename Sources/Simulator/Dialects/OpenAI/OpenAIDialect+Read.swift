import HTTPTypes
import Shared

extension OpenAIDialect {
  /// All that stands before `/chat/completions`.
  var base: String {
    switch provider {
    case .groq: "/groq/openai/v1"
    case .openrouter: "/openrouter/api/v1"
    default: "/openai/v1"
    }
  }

  func read(_ request: ReceivedRequest) throws(Refusal) -> ChatCall {
    guard request.method == .post, request.path == base + "/chat/completions" else { throw .unknownPath }
    let body = try authorizedBody(request)
    let model = try model(body)
    guard let messages = body["messages"]?.array, !messages.isEmpty else {
      throw .invalid("Missing required parameter: 'messages'.", parameter: "messages")
    }
    try OpenAIParameters(provider: provider, model: model).check(body, messages)
    let conversation = try OpenAIConversation.read(messages)
    let isStream = body["stream"]?.bool ?? false
    var call = ChatCall(
      model: model, conversation: conversation, maxTokens: try maxTokens(body),
      delivery: isStream ? .serverSentEvents : .whole,
      wantsUsage: isStream && body["stream_options"]?["include_usage"]?.bool == true)
    call.wantsCost = body["usage"]?["include"]?.bool == true
    call.stopSequences = try stop(body.present("stop"))
    call.seed = body["seed"]?.integer
    (call.tools, call.toolChoice) = try OpenAITools.read(body, provider)
    call.format = try OpenAIFormat.read(body, conversation, provider)
    call.logprobs = try logprobs(body)
    return call
  }

  func readEmbedding(_ request: ReceivedRequest) throws(Refusal) -> EmbeddingCall? {
    // Groq makes none.
    guard request.method == .post, request.path == base + "/embeddings", provider != .groq else { return nil }
    let body = try authorizedBody(request)
    return try OpenAIEmbeddings.read(body, model: try model(body))
  }

  func authorizedBody(_ request: ReceivedRequest) throws(Refusal) -> JSONValue {
    for name in ["key", "api_key"] where request.queryValue(name) != nil {
      throw .invalid("Unknown query parameter: '\(name)'. Keys belong into the Authorization header.")
    }
    try checkKey(request.headers[.authorization])
    do { return try JSONParser.parse(request.body) } catch {
      throw .invalid("We could not parse the JSON body of your request: \(error).")
    }
  }

  private func checkKey(_ header: String?) throws(Refusal) {
    guard let header, header.lowercased().hasPrefix("bearer ") else { throw .missingKey }
    let key = header.dropFirst("bearer ".count).drop { $0 == " " }
    if key.isEmpty { throw .missingKey }
    if RefusedKey.matches(key) { throw .invalidKey }
  }

  func model(_ body: JSONValue) throws(Refusal) -> String {
    guard let model = body["model"]?.string, !model.isEmpty else {
      throw .invalid("you must provide a model parameter", parameter: "model")
    }
    return model
  }

  private func maxTokens(_ body: JSONValue) throws(Refusal) -> Int? {
    let name = body.present("max_completion_tokens") == nil ? "max_tokens" : "max_completion_tokens"
    guard let value = body.present(name) else { return nil }
    guard let limit = value.integer.flatMap({ Int(exactly: $0) }), limit <= 1 << 40 else {
      throw .invalid(
        "Invalid type for '\(name)': expected an integer.", parameter: name, code: "invalid_type")
    }
    guard limit >= 1 else {
      throw .invalid(
        "Invalid '\(name)': integer below minimum value. Expected a value >= 1, but got \(limit) instead.",
        parameter: name, code: "integer_below_min_value")
    }
    return limit
  }

  func stop(_ value: JSONValue?) throws(Refusal) -> [String] {
    guard let value else { return [] }
    if let text = value.string { return text.isEmpty ? [] : [text] }
    guard let elements = value.array, elements.allSatisfy({ $0.string != nil }) else {
      throw .invalid(
        "Invalid type for 'stop': expected a string or an array of strings.", parameter: "stop",
        code: "invalid_type")
    }
    guard elements.count <= 4 else {
      throw .invalid(
        "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with "
          + "length \(elements.count) instead.", parameter: "stop", code: "array_above_max_length")
    }
    return elements.compactMap(\.string).filter { !$0.isEmpty }
  }

  /// How many alternatives are wanted; nil for no logprobs.
  private func logprobs(_ body: JSONValue) throws(Refusal) -> Int? {
    let isWanted = body["logprobs"]?.bool == true
    guard let value = body.present("top_logprobs") else { return isWanted ? 0 : nil }
    guard isWanted else {
      throw .invalid(
        "Invalid value for 'top_logprobs': 'top_logprobs' is only allowed when 'logprobs' is enabled.",
        parameter: "top_logprobs")
    }
    guard let count = value.integer, (0...20).contains(count) else {
      throw .invalid(
        "Invalid 'top_logprobs': expected an integer from 0 to 20.", parameter: "top_logprobs",
        code: "invalid_value")
    }
    return Int(count)
  }
}
