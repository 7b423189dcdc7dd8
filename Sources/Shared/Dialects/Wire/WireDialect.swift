public import NIOCore
public import NIOHTTP1

/// The provider's side of a dialect: how requests are written and answers are read. Pure: no I/O, no clock.
public protocol WireDialect: Sendable {
  /// What follows the provider's base URL, percent-encoded. A model's name may come from a client.
  func path(for operation: ProviderOperation, model: String) -> String

  /// Whether it is OpenAI's Responses, whose words no other dialect knows.
  var speaksResponses: Bool { get }

  /// Whether what a tool returned may hold pictures and files.
  var takesShownResults: Bool { get }

  /// How many texts may be embedded in one call; nil where there is no bound.
  var mostTexts: Int? { get }

  /// The header that carries the key; a key never stands in a URL, because URLs end in logs.
  func authorization(_ key: String) -> (name: String, value: String)

  /// Headers that every request has beside the key.
  var headers: HTTPHeaders { get }

  /// Throws a refusal with a sentence for what the provider's API cannot express and what changes the answer's meaning.
  func write(
    _ conversation: Conversation, for target: RequestTarget, streams: Bool
  ) throws(ProviderFault) -> WrittenRequest

  func write(_ request: EmbeddingRequest, for target: RequestTarget) throws(ProviderFault) -> ByteBuffer

  /// The answer, or why there is none. `key` must not show in what is thrown; `maker` is the provider's name.
  func answer(
    from response: ProviderResponse, hiding key: Secret?, maker: String
  ) throws(ProviderFault) -> ProviderAnswer
  func answer(
    to request: EmbeddingRequest, from response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> ProviderAnswer

  /// Reads the events of one answer. `response` has the head and no body.
  func streamReader(of response: ProviderResponse, hiding key: Secret?, maker: String) -> any StreamReader
}

extension WireDialect {
  public var headers: HTTPHeaders { [:] }
  public var mostTexts: Int? { nil }
  public var speaksResponses: Bool { false }
  public var takesShownResults: Bool { true }
}

extension Dialect {
  public var wire: any WireDialect {
    switch self {
    case .chat: ChatDialect()
    case .gemini: GeminiDialect()
    case .messages: MessagesDialect()
    case .responses: ResponsesDialect()
    }
  }
}
