/// What an error in OpenAI's form means.
public enum ChatFault {
  /// `status` is nil when the response was a success that holds an error.
  public static func fault(
    _ error: ProviderErrorObject?, status: Int?, _ response: ProviderResponse, hiding key: Secret?
  ) -> ProviderFault {
    let message = ProviderMessage.clean(error?.message, hiding: key)
    guard let status = status ?? error?.meantStatus else {
      return ProviderFault(.failing, "error in the answer", message: message)
    }
    if let error, isModeration(error, status) {
      return ProviderFault(.contentFiltered, "content filter (\(status))", message: message)
    }
    if status == 429, error?.names.contains("insufficient_quota") == true {
      // Waiting does not bring credit back.
      return ProviderFault(.keyRefused, "quota spent (429)", message: message)
    }
    var fault = ProviderFault.status(
      status, message: message, resetsIn: ResetTime.stated(in: response.headers))
    // OpenAI's own word on it, which its clients obey as well.
    switch response.headers.first(name: "x-should-retry") {
    case "true": fault.retryAfter = fault.retryAfter ?? .zero
    case "false": fault.retryAfter = nil
    default: break
    }
    return fault
  }

  /// OpenRouter answers 403 to a flagged prompt, OpenAI and Azure 400. Taken for a wrong key, one such prompt
  /// would shut the provider for everybody. (https://openrouter.ai/docs/api-reference/errors)
  private static func isModeration(_ error: ProviderErrorObject, _ status: Int) -> Bool {
    guard status == 400 || status == 403 else { return false }
    return error.names.contains("content_policy_violation") || error.names.contains("content_filter")
      || error.metadata?["reasons"] != nil || error.metadata?["flagged_input"] != nil
  }
}
