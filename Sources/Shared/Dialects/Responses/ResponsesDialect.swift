import NIOCore

/// OpenAI's Responses, as OpenAI and those who follow the public specification Open Responses serve them
/// (https://platform.openai.com/docs/api-reference/responses).
struct ResponsesDialect: WireDialect {
  /// Its name in sentences.
  static let provider = "The Responses API"

  var speaksResponses: Bool { true }

  func path(for operation: ProviderOperation, model: String) -> String {
    switch operation {
    case .chat, .chatStream: "/responses"
    case .embeddings: "/embeddings"
    case .completion, .completionStream: "/completions"
    case .moderation: "/moderations"
    // Not asked for: few servers of this dialect have it.
    case .count: "/responses/input_tokens"
    }
  }

  func authorization(_ key: String) -> (name: String, value: String) { ("authorization", "Bearer \(key)") }

  func headers(of conversation: Conversation) -> JSONObject { conversation.headersOfOpenAI }

  func write(
    _ conversation: Conversation, for target: RequestTarget, streams: Bool
  ) throws(ProviderFault) -> WrittenRequest {
    do throws(Untranslatable) {
      let request = try ResponsesRequestWriter(conversation, for: target, streams: streams)
      return target.shape.edit(WrittenRequest(body: request.json.serialized(), dropped: request.dropped))
    } catch {
      throw .untranslatable(error)
    }
  }

  func answer(
    from response: ProviderResponse, hiding key: Secret?, maker: String
  ) throws(ProviderFault) -> ProviderAnswer {
    guard response.isSuccess else {
      throw ResponsesFault.fault(
        ProviderErrorObject(of: response), status: response.status, response, hiding: key)
    }
    let value = try response.json()
    if let error = ProviderErrorObject(in: value) {
      throw ResponsesFault.fault(error, status: nil, response, hiding: key)
        .leaving(TokenUsage(responses: value["usage"]))
    }
    return try ResponsesAnswerReader(maker: maker).whole(value)
  }

  func streamReader(of response: ProviderResponse, hiding key: Secret?, maker: String) -> any StreamReader {
    ResponsesStreamReader(response: response, key: key, maker: maker)
  }

  // MARK: - Embeddings

  /// Those of OpenAI have one form, whichever way its models are asked.
  func write(_ request: EmbeddingRequest, for target: RequestTarget) throws(ProviderFault) -> ByteBuffer {
    try ChatDialect().write(request, for: target)
  }

  func answer(
    to request: EmbeddingRequest, from response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> ProviderAnswer {
    try ChatDialect().answer(to: request, from: response, hiding: key)
  }
}
