/// The `error` object of a provider, in any of the shapes that they use.
public struct ProviderErrorObject: Sendable {
  /// An HTTP status of failure in the body: OpenRouter's `code`, Gemini's `code`.
  public let meantStatus: Int?
  /// OpenAI's `code` and `type`, such as `insufficient_quota`.
  public let names: [String]
  public let message: String?
  /// Gemini's `details`.
  public let details: [JSONValue]
  /// OpenRouter's `metadata`.
  public let metadata: JSONValue?

  /// Nil when the value tells of no error. Gemini may put the whole in an array of one; some compatible
  /// servers have a mere string as `error`.
  public init?(in value: JSONValue) {
    switch value["error"] ?? value[0]?["error"] {
    case .object(let members):
      let error = JSONValue.object(members)
      let code = error["code"]?.integer ?? error["code"]?.string.flatMap { Int64($0) }
      meantStatus = code.flatMap { (300..<600).contains($0) ? Int($0) : nil }
      names = [error["code"]?.string, error["type"]?.string].compactMap(\.self)
      message = error["message"]?.string
      details = error["details"]?.array ?? []
      metadata = error["metadata"]
    case .string(let text) where !text.isEmpty:
      meantStatus = nil
      names = []
      message = text
      details = []
      metadata = nil
    default:
      return nil
    }
  }

  /// The error of a response that is not a success, if it tells one.
  public init?(of response: ProviderResponse) {
    guard let value = try? JSONParser.parse(response.body) else { return nil }
    self.init(in: value)
  }
}
