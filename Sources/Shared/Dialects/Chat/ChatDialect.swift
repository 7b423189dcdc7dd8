import NIOCore

/// OpenAI's chat completions and embeddings, as OpenAI, Groq, OpenRouter and many others serve them
/// (https://platform.openai.com/docs/api-reference/chat).
struct ChatDialect: WireDialect {
  var takesShownResults: Bool { false }

  func path(for operation: ProviderOperation, model: String) -> String {
    switch operation {
    case .chat, .chatStream: "/chat/completions"
    case .embeddings: "/embeddings"
    case .completion, .completionStream: "/completions"
    case .moderation: "/moderations"
    // Never asked: there is none.
    case .count: "/chat/completions"
    }
  }

  func authorization(_ key: String) -> (name: String, value: String) { ("authorization", "Bearer \(key)") }

  func headers(of conversation: Conversation) -> JSONObject { conversation.headersOfOpenAI }

  /// Members that Sluice does not know go along: the provider says what it makes of them.
  func write(
    _ conversation: Conversation, for target: RequestTarget, streams: Bool
  ) throws(ProviderFault) -> WrittenRequest {
    ChatRequestWriter(conversation, for: target).body(streams: streams)
  }

  func write(_ request: EmbeddingRequest, for target: RequestTarget) throws(ProviderFault) -> ByteBuffer {
    // What Gemini alone makes something of.
    guard request.extras["google"] != nil else { return request.openAIForm(model: target.model) }
    var request = request
    request.extras["google"] = nil
    return request.openAIForm(model: target.model)
  }

  func answer(
    from response: ProviderResponse, hiding key: Secret?, maker: String
  ) throws(ProviderFault) -> ProviderAnswer {
    let value = try success(response, hiding: key)
    // OpenRouter sends errors with status 200, with the status that it means as `code`.
    if let error = ProviderErrorObject(in: value)
      ?? value["choices"]?[0].flatMap({ ProviderErrorObject(in: $0) })
    {
      throw ChatFault.fault(error, inSuccess: value, response, hiding: key)
    }
    let (answer, unknown) = try ChatAnswerReader.whole(value, maker: maker)
    return ProviderAnswer(answer, unknownFinishReason: unknown)
  }

  func answer(
    to request: EmbeddingRequest, from response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> ProviderAnswer {
    let value = try success(response, hiding: key)
    if let error = ProviderErrorObject(in: value) {
      throw ChatFault.fault(error, inSuccess: value, response, hiding: key)
    }
    guard let data = value["data"]?.array, !data.isEmpty, data.allSatisfy({ $0["embedding"] != nil }) else {
      throw .failing("no embeddings in the answer")
    }
    var answer = Answer("", finishReason: .stop, usage: TokenUsage(openAI: value["usage"]))
    answer.extras = (value.object ?? [:]).without("object", "data", "model", "usage", "error")
    // Most tell no tokens of an answer that there is not, and stored counts do not say who told them.
    if let none = value["usage"]?["completion_tokens"], none == 0 {
      answer.extras["usage"] = ["completion_tokens": none]
    }
    return ProviderAnswer(answer, embeddings: .array(data))
  }

  /// The body of a success. Throws the fault that any other status is.
  func success(
    _ response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> JSONValue {
    guard response.isSuccess else {
      throw ChatFault.fault(
        ProviderErrorObject(of: response), status: response.status, response, hiding: key)
    }
    return try response.json()
  }

  func streamReader(of response: ProviderResponse, hiding key: Secret?, maker: String) -> any StreamReader {
    ChatStreamReader(response: response, key: key, maker: maker)
  }
}
