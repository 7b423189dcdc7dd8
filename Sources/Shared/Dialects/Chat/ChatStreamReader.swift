/// Reads chunks of chat completions. A stream is whole when it has said why the answer ended: `[DONE]` alone
/// proves nothing, and some compatible servers leave it out.
struct ChatStreamReader: StreamReader {
  /// The head, for limits that it states beside an error.
  private let response: ProviderResponse
  private let key: Secret?
  private var reader: ChatAnswerReader
  private(set) var hasHalves = false

  init(response: ProviderResponse, key: Secret?, maker: String) {
    self.response = response
    self.key = key
    reader = ChatAnswerReader(maker: maker)
  }

  var isComplete: Bool { reader.hasFinished }
  var unknownFinishReason: String? { reader.unknownFinishReason }
  var broken: ProviderFault? { reader.broken }

  mutating func read(_ event: ServerSentEvent) throws(ProviderFault) -> [AnswerEvent] {
    if event.isDone { return [] }
    let (value, isCut) = try event.json()
    hasHalves = hasHalves || isCut
    if let error = ProviderErrorObject(in: value)
      ?? value["choices"]?[0].flatMap({ ProviderErrorObject(in: $0) })
    {
      throw ChatFault.fault(error, inSuccess: value, response, hiding: key)
    }
    return reader.read(value)
  }
}
