/// The error of a provider, in any of the shapes that they use.
public struct ProviderErrorObject: Sendable {
  /// An HTTP status of failure in the body: OpenRouter's `code`, Gemini's `code`, Azure's `status`.
  public let meantStatus: Int?
  /// OpenAI's `code` and `type`, such as `insufficient_quota`, and the code of Azure's `innererror`.
  public let names: [String]
  /// What it says, as it says it.
  public let words: ErrorWords
  /// Gemini's `details`.
  public let details: [JSONValue]
  /// OpenRouter's `metadata`.
  public let metadata: JSONValue?

  public var message: String? { words.message }

  /// The error that a success or an event of a stream holds; nil when it tells of none. Gemini may put the whole in an
  /// array of one; some compatible servers have a mere string as `error`, older vLLM and Mistral no `error` but an
  /// `object` of that name.
  public init?(in value: JSONValue) {
    let whole = value[0] ?? value
    guard case .object(let members) = whole,
      members["error"].map(Self.tells) == true || members["object"]?.string == "error"
    else { return nil }
    self.init(value, whole)
  }

  /// Whether the member `error` says that there is one.
  private static func tells(_ error: JSONValue) -> Bool {
    switch error {
    case .object, .bool(true): true
    case .string(let text): !text.isEmpty
    case .array(let errors): !errors.isEmpty
    default: false
    }
  }

  /// The error of a response that is not a success, whatever its shape; nil when it says nothing.
  public init?(of response: ProviderResponse) {
    if let value = try? JSONParser.parse(response.body, of: .provider) {
      self.init(value, value[0] ?? value)
    } else if let text = ErrorPage.words(in: response.body) {
      // An event of a stream with the wrong type and status, or a mere text.
      let event = ErrorPage.firstData(of: text).flatMap { try? JSONParser.parse($0, of: .provider) }
      if let event { self.init(event, event) } else { self.init(.string(text), .null) }
    } else {
      return nil
    }
  }

  private init(_ value: JSONValue, _ whole: JSONValue) {
    let error = whole["error"]?.object.map(JSONValue.object) ?? whole
    meantStatus = [error["code"], error["status"], error["status_code"]].lazy
      .compactMap { $0?.integer ?? $0?.string.flatMap { Int64($0) } }
      .first { (300..<600).contains($0) }
      .map { Int($0) }
    words = ErrorWords(value)
    names =
      [
        error["code"]?.string, error["type"]?.string, error["innererror"]?["code"]?.string, words.code,
        words.type,
      ]
      .compactMap(\.self)
    details = error["details"]?.array ?? []
    metadata = error["metadata"]
  }

  /// What clients may see of it; nil when it says nothing.
  public func shown(hiding key: Secret?) -> ProviderError? {
    let error = ProviderError(
      message: ProviderMessage.clean(words.message, hiding: key),
      type: ProviderMessage.clean(words.type, hiding: key, limit: ErrorWords.longestName),
      param: ProviderMessage.clean(words.param, hiding: key, limit: ErrorWords.longestName),
      code: ProviderMessage.clean(words.code, hiding: key, limit: ErrorWords.longestName))
    return error == ProviderError() ? nil : error
  }
}
