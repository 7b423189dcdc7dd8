extension ProviderFault {
  /// What an HTTP status that is not a success means, by the outcome table of the design.
  public static func status(_ status: Int, error: ProviderError?, resetsIn: Duration?) -> ProviderFault {
    let (kind, words): (Kind, String) =
      switch status {
      case 300..<400: (.failing, "redirect")
      case 401, 403: (.keyRefused, "key refused")
      case 402: (.keyRefused, "no credit")
      case 404: (.requestRefused, "not found")
      case 408: (.limited(resetsIn: resetsIn), "request timed out")
      case 409: (.limited(resetsIn: resetsIn), "conflict")
      case 413: (.requestRefused, "request too large")
      case 425: (.limited(resetsIn: resetsIn), "too early")
      case 429: (.limited(resetsIn: resetsIn), "rate limited")
      // Groq's own: flex capacity is used up, and a request that it cancelled.
      case 498: (.failing, "no capacity")
      case 499: (.failing, "cancelled by the provider")
      case 400..<500: (.requestRefused, "request refused")
      case 529: (.failing, "overloaded")
      case 500..<600: (.failing, "server error")
      default: (.failing, "unexpected status")
      }
    var fault = ProviderFault(
      kind, "\(words) (\(status))", error: kind == .requestRefused ? error.map(ContextOverflow.named) : error,
      retryAfter: mayPassAtOnce(status) ? resetsIn ?? .zero : status == 429 ? resetsIn : nil)
    // The provider itself is busy, whoever asks.
    if [408, 409, 425].contains(status) { fault.isOfKey = false }
    return fault
  }

  /// Statuses of which the official clients think so, too; a 504 took its time already.
  private static func mayPassAtOnce(_ status: Int) -> Bool {
    switch status {
    case 408, 409, 425, 498, 499, 500, 502, 503, 520..<530: true
    default: false
    }
  }
}
