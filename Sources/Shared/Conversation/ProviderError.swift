/// What a provider said when it refused a request or failed, fit to be shown: on one line, bounded, without a key.
/// The members are those of OpenAI's errors, whatever the provider's dialect.
public struct ProviderError: Sendable, Hashable {
  /// The provider's own sentence, at most 500 characters.
  public var message: String?
  /// A word such as `invalid_request_error`.
  public var type: String?
  /// The member of the request that is wrong.
  public var param: String?
  /// A word such as `context_length_exceeded`.
  public var code: String?

  public init(message: String? = nil, type: String? = nil, param: String? = nil, code: String? = nil) {
    self.message = message
    self.type = type
    self.param = param
    self.code = code
  }

  /// From the stored form; nil when there is none, as in errors that older versions wrote.
  public init?(stored value: JSONValue?) {
    guard let value, value.object != nil else { return nil }
    self.init(
      message: value["message"]?.string, type: value["type"]?.string, param: value["param"]?.string,
      code: value["code"]?.string)
  }

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.member("message", message)
      json.member("type", type)
      json.member("param", param)
      json.member("code", code)
    }
  }
}
