/// An answer that is an error, before a dialect words it.
enum Refusal: Error, Sendable, Equatable {
  case missingKey
  case invalidKey
  /// A bad request in the provider's own words, with the field and the code where it tells them.
  case invalid(String, parameter: String? = nil, code: String? = nil)
  case unknownPath
  /// An error that was asked for, with the seconds after which to come again.
  case status(Int, retryAfter: Double?, quota: Behaviour.Quota = .minute)
}
