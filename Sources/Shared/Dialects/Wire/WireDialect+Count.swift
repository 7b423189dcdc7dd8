import OrderedCollections

extension WireDialect {
  /// The question how many tokens a conversation has. Throws a refusal where the provider cannot tell.
  public func asksCount(
    of conversation: Conversation, for target: RequestTarget
  ) throws(ProviderFault) -> WrittenRequest {
    guard countsTokens else { throw .untranslatable(.missing("count of tokens", in: target.provider)) }
    var written = try told(conversation, for: target, streams: false)
    guard let request = (try? JSONParser.parse(written.body, of: .own))?.object else {
      throw .failing("no request")
    }
    written.body = JSONValue.object(counting(request, for: target)).serialized()
    return written
  }

  /// What it answers.
  public func countAnswer(
    from response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> ProviderAnswer {
    let tokens = try count(from: response, hiding: key)
    return ProviderAnswer(
      Answer("", finishReason: .stop), embeddings: ["input_tokens": .integer(Int64(tokens))])
  }
}
