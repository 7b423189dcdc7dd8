import Shared

/// Reads chunks of chat completions. A stream is whole when it has said why the answer ended: `[DONE]` alone
/// proves nothing, and some compatible servers leave it out.
struct OpenAIStreamDecoder: StreamDecoder {
  /// The head, for limits that it states beside an error.
  let response: ProviderResponse
  let key: Secret?
  private(set) var isComplete = false

  init(response: ProviderResponse, key: Secret?) {
    self.response = response
    self.key = key
  }

  mutating func decode(_ event: ServerSentEvent) throws(ProviderFault) -> StreamPiece {
    if event.data == "[DONE]" { return StreamPiece() }
    guard let value = try? JSONParser.parse(event.data) else { throw .failing("not JSON") }
    let choice = value["choices"]?[0]
    if let error = ProviderErrorObject(in: value) ?? choice.flatMap({ ProviderErrorObject(in: $0) }) {
      throw OpenAIFault.fault(error, status: nil, response, hiding: key)
    }
    var piece = StreamPiece()
    if let choice {
      piece.delta = OpenAIDialect.delta(of: choice["delta"], logprobs: choice["logprobs"])
      if let reason = choice["finish_reason"]?.string {
        piece.finishReason = try OpenAIDialect.finishReason(reason)
        isComplete = true
      }
    }
    // Groq's stands apart, in the last chunk.
    if let usage = [value["usage"], value["x_groq"]?["usage"]].compactMap(\.self).first(where: { !$0.isNull })
    {
      piece.usage = TokenUsage(openAI: usage)
    }
    return piece
  }
}
