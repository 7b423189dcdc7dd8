/// The models and routes that may be asked, by the name that a request asks for: a route, an alias, `provider/model`, a
/// listed model. In a name a `*` stands for any text; `*` alone is all of them. A route that may be asked uses all its
/// targets.
public struct AllowedModels: Sendable, Hashable {
  public static let all = AllowedModels(names: nil)

  /// As they were said; nil for all.
  public let names: [String]?
  private let exact: Set<String>
  private let patterns: [String]

  /// Nil stands for all, and so does a list with `*`.
  public init(names: [String]?) {
    let isBound = names.map { !$0.contains("*") } ?? false
    self.names = isBound ? names : nil
    exact = isBound ? Set(names ?? []) : []
    patterns = isBound ? (names ?? []).filter { $0.contains("*") } : []
  }

  public func allows(_ model: String) -> Bool {
    guard names != nil else { return true }
    return exact.contains(model) || patterns.contains { Self.matches(model, $0) }
  }

  /// The same by either of two names: an alias is allowed by its own or by what it stands for.
  func allows(_ model: String, or alias: String?) -> Bool {
    allows(model) || alias.map(allows) ?? false
  }

  /// Whether all that `other` allows is allowed here too, as far as their names tell.
  public func covers(_ other: AllowedModels) -> Bool {
    guard names != nil else { return true }
    return other.names?.allSatisfy(allows) ?? false
  }

  /// Whether a name is what a pattern says, in which each `*` stands for any text.
  static func matches(_ name: String, _ pattern: String) -> Bool {
    if name == pattern { return true }
    var pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)[...]
    guard pieces.count > 1, let first = pieces.popFirst(), let last = pieces.popLast(),
      name.utf8.count >= first.utf8.count + last.utf8.count, name.hasPrefix(first), name.hasSuffix(last)
    else { return false }
    // The first place of each piece leaves the most for those after it.
    var rest = name.utf8.dropFirst(first.utf8.count).dropLast(last.utf8.count)
    for piece in pieces {
      guard let end = end(of: piece.utf8, in: rest) else { return false }
      rest = rest[end...]
    }
    return true
  }

  private static func end(
    of piece: Substring.UTF8View, in text: Substring.UTF8View
  ) -> Substring.UTF8View.Index? {
    var start = text.startIndex
    while true {
      if text[start...].starts(with: piece) { return text.index(start, offsetBy: piece.count) }
      guard start < text.endIndex else { return nil }
      start = text.index(after: start)
    }
  }
}
