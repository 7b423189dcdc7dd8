/// What an error of Gemini means (https://ai.google.dev/gemini-api/docs/troubleshooting).
public enum GeminiFault {
  /// `status` is nil when the response was a success that holds an error.
  public static func fault(
    _ error: ProviderErrorObject?, status: Int?, _ response: ProviderResponse, hiding key: Secret?
  ) -> ProviderFault {
    let said = error?.shown(hiding: key)
    guard let status = status ?? error?.meantStatus else {
      return ProviderFault(.failing, "error in the answer", error: said)
    }
    let details = error?.details ?? []
    if status == 400, details.contains(where: { $0["reason"]?.string == "API_KEY_INVALID" }) {
      return ProviderFault(.keyRefused, "key refused (400)", error: said)
    }
    if status == 429, isDailyQuota(details) {
      return ProviderFault(
        .limited(resetsIn: ResetTime.pauseOfDailyQuota), "daily quota spent (429)", error: said)
    }
    let delay = details.lazy.compactMap { $0["retryDelay"]?.string }.first.flatMap { ResetTime.parse($0) }
    return .status(status, error: said, resetsIn: delay ?? ResetTime.stated(in: response.headers))
  }

  /// The day is gone whatever `retryDelay` says.
  private static func isDailyQuota(_ details: [JSONValue]) -> Bool {
    details.contains { detail in
      detail["violations"]?.array?.contains { $0["quotaId"]?.string?.contains("PerDay") == true } == true
    }
  }

  /// The body of a success. Throws the error that it is, or that it holds.
  public static func success(
    _ response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> JSONValue {
    guard response.isSuccess else {
      throw fault(ProviderErrorObject(of: response), status: response.status, response, hiding: key)
    }
    let value = try response.json()
    if let error = ProviderErrorObject(in: value) {
      throw fault(error, status: nil, response, hiding: key).leaving(
        TokenUsage(gemini: value["usageMetadata"]))
    }
    return value
  }
}
