/// For how long a budget is, by the calendar of its tenant's time zone.
public enum BudgetPeriod: String, Sendable, Hashable, CaseIterable {
  case day
  /// From Monday.
  case week
  case month
  /// For ever.
  case life

  /// In the code of a budget.
  var code: Character { rawValue.first ?? "l" }

  /// The period of a budget with that code; nil for that of a limit.
  init?(code: Substring) {
    guard code.count == 2, code.first == "b" || code.first == "s",
      let period = Self.allCases.first(where: { $0.code == code.last })
    else { return nil }
    self = period
  }

  /// `a month`, `for life`.
  var article: String { self == .life ? "for life" : "a \(rawValue)" }
}
