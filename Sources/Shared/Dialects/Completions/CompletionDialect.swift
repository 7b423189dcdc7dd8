public import NIOCore

/// OpenAI's completions of texts, as far as servers still have them: the provider's side
/// (https://platform.openai.com/docs/api-reference/completions).
public struct CompletionDialect: WireDialect {
  /// How many choices the answer shall have: a stream is whole when all of them have ended.
  private let choiceCount: Int

  public init(choiceCount: Int = 1) { self.choiceCount = choiceCount }

  public func path(for operation: ProviderOperation, model: String) -> String {
    ChatDialect().path(for: operation, model: model)
  }

  public func authorization(_ key: String) -> (name: String, value: String) {
    ChatDialect().authorization(key)
  }

  public func write(_ request: CompletionRequest, for target: RequestTarget, streams: Bool) -> WrittenRequest
  {
    let body = request.openAIForm(
      model: target.model, streams: streams, takesStreamOptions: target.shape.takesStreamOptions)
    return target.shape.edit(WrittenRequest(body: body))
  }

  public func write(
    _ conversation: Conversation, for target: RequestTarget, streams: Bool
  ) throws(ProviderFault) -> WrittenRequest { throw Self.isNone }

  public func write(_ request: EmbeddingRequest, for target: RequestTarget) throws(ProviderFault)
    -> ByteBuffer
  { throw Self.isNone }

  private static let isNone = ProviderFault.untranslatable(Untranslatable("this is no completion of a text."))

  // MARK: - Answers

  public func answer(
    from response: ProviderResponse, hiding key: Secret?, maker: String
  ) throws(ProviderFault) -> ProviderAnswer {
    let value = try ChatDialect().success(response, hiding: key)
    if let error = ProviderErrorObject(in: value) {
      throw ChatFault.fault(error, inSuccess: value, response, hiding: key)
    }
    guard value["choices"]?.array?.isEmpty == false else { throw .failing("no choices in the answer") }
    var reader = CompletionAnswerReader()
    var answer = Answer()
    for event in reader.read(value) { answer.apply(event) }
    if let broken = reader.broken { throw broken.leaving(answer) }
    // What came whole has ended, whether or not it says so.
    for number in answer.choices.indices where answer.choices[number].finishReason == nil {
      answer.choices[number].finishReason = .stop
    }
    return ProviderAnswer(answer, unknownFinishReason: reader.unknownFinishReason)
  }

  public func answer(
    to request: EmbeddingRequest, from response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> ProviderAnswer { throw Self.isNone }

  public func streamReader(
    of response: ProviderResponse, hiding key: Secret?, maker: String
  ) -> any StreamReader {
    CompletionStreamReader(response: response, key: key, choiceCount: choiceCount)
  }
}
