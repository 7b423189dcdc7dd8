/// Where a provider is: how that is written.
enum BaseURL {
  static let allowed = "an http or https URL without query"

  /// Query, fragment, and what RFC 3986 lets stand in no URL.
  private static let forbidden = "?#\"<>\\^`{|}"

  /// The URL without its final slash; nil when it is none, holds a user, or is not plain ASCII.
  static func parse(_ text: String) -> String? {
    guard let scheme = ["http://", "https://"].first(where: { text.hasPrefix($0) }),
      text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.contains(where: { forbidden.contains($0) })
    else { return nil }
    let host = text.dropFirst(scheme.count).prefix { $0 != "/" }
    // A user and password before an @ would be a secret in a place where URLs end in logs.
    guard !host.isEmpty, !host.hasPrefix(":"), !host.contains("@") else { return nil }
    return text.hasSuffix("/") ? String(text.dropLast()) : text
  }
}
