/// Names that clients insist on, and what each stands for: a route, `provider/model` or a listed model. In a name a `*`
/// stands for any text. A name without one goes first, then the longest; nothing else that has that name gives way to it.
public struct ModelAliases: Sendable, Hashable {
  /// An alias as it was declared.
  public struct Alias: Sendable, Hashable {
    public let name: String
    public let meaning: String

    public init(name: String, meaning: String) {
      self.name = name
      self.meaning = meaning
    }

    public var isPattern: Bool { name.contains("*") }
  }

  public static let none = ModelAliases([])

  /// In the order in which they were declared.
  public let all: [Alias]
  private let exact: [String: String]
  /// The longest first, of two equally long ones the one that was declared first.
  private let patterns: [Alias]

  /// Of two with the same name the first holds.
  public init(_ all: [Alias]) {
    self.all = all
    exact = Dictionary(
      all.filter { !$0.isPattern }.map { ($0.name, $0.meaning) }, uniquingKeysWith: { first, _ in first })
    patterns = all.filter(\.isPattern).enumerated().sorted { left, right in
      let (longer, shorter) = (left.element.name.utf8.count, right.element.name.utf8.count)
      return longer == shorter ? left.offset < right.offset : longer > shorter
    }.map(\.element)
  }

  /// What a name stands for; nil for one that is no alias.
  public func meaning(of name: String) -> String? {
    if all.isEmpty { return nil }
    return exact[name] ?? patterns.first { AllowedModels.matches(name, $0.name) }?.meaning
  }

  /// Whether a name that may hold `*` itself is one of these, or like one.
  func isLike(_ pattern: String) -> Bool {
    all.contains { AllowedModels.matches($0.name, pattern) || AllowedModels.matches(pattern, $0.name) }
  }
}
