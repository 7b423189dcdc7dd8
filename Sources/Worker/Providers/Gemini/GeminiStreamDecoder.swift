import Shared

/// Reads Gemini's stream: each event is a whole response with what is new, and the last says why the answer ends.
struct GeminiStreamDecoder: StreamDecoder {
  /// The head, for limits that it states beside an error.
  let response: ProviderResponse
  let key: Secret?
  private(set) var isComplete = false
  /// How many calls have come.
  private var calls = 0

  init(response: ProviderResponse, key: Secret?) {
    self.response = response
    self.key = key
  }

  mutating func decode(_ event: ServerSentEvent) throws(ProviderFault) -> StreamPiece {
    guard let value = try? JSONParser.parse(event.data) else { throw .failing("not JSON") }
    if let error = ProviderErrorObject(in: value) {
      throw GeminiFault.fault(error, status: nil, response, hiding: key)
    }
    if let blocked = GeminiCandidate.blocked(value) { throw blocked }
    var piece = StreamPiece()
    if let usage = value["usageMetadata"] { piece.usage = TokenUsage(gemini: usage) }
    guard let json = value["candidates"]?[0] else { return piece }
    let candidate = GeminiCandidate(json)
    piece.delta.text = candidate.text
    if !candidate.calls.isEmpty {
      piece.delta.message["tool_calls"] = .array(
        candidate.calls.enumerated().map { $1.fragment(at: calls + $0) })
      calls += candidate.calls.count
    }
    if let reason = json["finishReason"]?.string {
      piece.finishReason = try GeminiCandidate.finishReason(reason, hasCalls: calls > 0)
      isComplete = true
    }
    return piece
  }
}
