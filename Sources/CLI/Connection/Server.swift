import Shared

/// Whom a command asks, and as whom.
struct Server: Sendable {
  /// Without a slash at its end.
  let url: String
  /// Nil where none is asked for.
  let key: Secret?
  /// For the head of an answer, and between two pieces of its body.
  let timeout: Duration

  /// The address without what stands behind its path, such as `https://host/below`; nil for what is none.
  static func base(of text: String) -> String? {
    guard text.hasPrefix("http://") || text.hasPrefix("https://"),
      text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.contains(where: { "?#@\\".contains($0) })
    else { return nil }
    var base = text[...]
    while base.hasSuffix("/") { base = base.dropLast() }
    guard let scheme = base.firstRange(of: "://") else { return nil }
    let host = base[scheme.upperBound...]
    return host.isEmpty || host.hasPrefix(":") || host.hasPrefix("/") ? nil : String(base)
  }
}
