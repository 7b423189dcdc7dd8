/// What an error in OpenAI's form means.
public enum ChatFault {
  /// `status` is nil when the response was a success that holds an error.
  public static func fault(
    _ error: ProviderErrorObject?, status: Int?, _ response: ProviderResponse, hiding key: Secret?
  ) -> ProviderFault {
    let said = error?.shown(hiding: key)
    guard let status = status ?? error?.meantStatus ?? error.flatMap(status(of:)) else {
      return ProviderFault(.failing, "error in the answer", error: said)
    }
    if let error, isModeration(error, status) { return .filtered(status, said) }
    if status == 429, error?.names.contains("insufficient_quota") == true {
      // Waiting does not bring credit back.
      return ProviderFault(.keyRefused, "quota spent (429)", error: said)
    }
    var fault = ProviderFault.status(
      status, error: said, resetsIn: ResetTime.stated(in: response.headers))
    // OpenAI's own word on it, which its clients obey as well.
    switch response.headers.first(name: "x-should-retry") {
    case "true": fault.retryAfter = fault.retryAfter ?? .zero
    case "false": fault.retryAfter = nil
    default: break
    }
    return fault
  }

  /// An error that a success holds, with what that says to have used.
  static func fault(
    _ error: ProviderErrorObject, inSuccess value: JSONValue, _ response: ProviderResponse,
    hiding key: Secret?
  ) -> ProviderFault {
    fault(error, status: nil, response, hiding: key).leaving(TokenUsage(openAI: value["usage"]))
  }

  /// OpenRouter answers 403 to a flagged prompt, OpenAI and Azure 400. Taken for a wrong key, one such prompt
  /// would shut the provider for everybody. (https://openrouter.ai/docs/api-reference/errors)
  private static func isModeration(_ error: ProviderErrorObject, _ status: Int) -> Bool {
    guard status == 400 || status == 403 else { return false }
    return error.names.contains(where: filters.contains)
      || error.metadata?["reasons"] != nil || error.metadata?["flagged_input"] != nil
      // Azure without a code, DeepSeek.
      || error.message?.contains("content management policy") == true
      || error.message?.contains("Content Exists Risk") == true
  }

  /// OpenAI's, Azure's (also in its `innererror`), of OpenAI's images, Alibaba's.
  private static let filters: Set = [
    "content_policy_violation", "content_filter", "ResponsibleAIPolicyViolation", "moderation_blocked",
    "data_inspection_failed",
  ]

  /// The status that an error's name stands for where none is told: in a stream, or in a success.
  private static func status(of error: ProviderErrorObject) -> Int? {
    error.names.lazy.compactMap { filters.contains($0) ? 400 : statuses[$0] }.first
  }

  private static let statuses = [
    "invalid_request_error": 400, "BadRequestError": 400, "context_length_exceeded": 400,
    "authentication_error": 401, "invalid_api_key": 401, "permission_error": 403, "not_found_error": 404,
    "model_not_found": 404, "insufficient_quota": 429, "rate_limit_error": 429, "rate_limit_exceeded": 429,
    "server_error": 500, "overloaded_error": 529,
  ]
}
