/// Reads Gemini's stream: each event is a whole response with what is new, and the last says why the answer ends.
struct GeminiStreamReader: StreamReader {
  /// The head, for limits that it states beside an error.
  private let response: ProviderResponse
  private let key: Secret?
  private var reader: GeminiAnswerReader
  private(set) var hasHalves = false

  init(response: ProviderResponse, key: Secret?, maker: String, keepsMembers: Bool = false) {
    self.response = response
    self.key = key
    reader = GeminiAnswerReader(maker: maker, keepsMembers: keepsMembers)
  }

  var isComplete: Bool { reader.hasFinished }
  var unknownFinishReason: String? { reader.unknownFinishReason }
  var broken: ProviderFault? { reader.broken }

  mutating func read(_ event: ServerSentEvent) throws(ProviderFault) -> [AnswerEvent] {
    let (value, isCut) = try event.json()
    hasHalves = hasHalves || isCut
    if let error = ProviderErrorObject(in: value) {
      throw GeminiFault.fault(error, status: nil, response, hiding: key)
        .leaving(TokenUsage(gemini: value["usageMetadata"]))
    }
    return try reader.read(value)
  }
}
