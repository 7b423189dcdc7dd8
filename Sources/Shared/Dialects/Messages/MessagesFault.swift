/// What an error of Anthropic means (https://platform.claude.com/docs/en/api/errors).
public enum MessagesFault {
  /// The status that goes with each type: errors in mid-stream have no other.
  private static let statuses = [
    "invalid_request_error": 400, "authentication_error": 401, "billing_error": 402, "permission_error": 403,
    "not_found_error": 404, "request_too_large": 413, "rate_limit_error": 429, "api_error": 500,
    "timeout_error": 504, "overloaded_error": 529,
  ]

  /// `status` is nil when the response was a success that holds an error.
  public static func fault(
    _ error: ProviderErrorObject?, status: Int?, _ response: ProviderResponse, hiding key: Secret?
  ) -> ProviderFault {
    let said = error?.shown(hiding: key)
    let meant = error?.names.lazy.compactMap { statuses[$0] }.first
    guard let status = status ?? meant ?? error?.meantStatus else {
      return ProviderFault(.failing, "error in the answer", error: said)
    }
    if status == 400, let words = error?.message {
      // Both come as an `invalid_request_error` like any other; only the words differ.
      if words.contains("credit balance is too low") {
        return ProviderFault(.keyRefused, "no credit (400)", error: said)
      }
      if words.contains("content filtering policy") { return .filtered(400, said) }
    }
    return .status(status, error: said, resetsIn: ResetTime.stated(in: response.headers))
  }
}
