/// For how long a budget is, by the calendar of its tenant's time zone.
public enum BudgetPeriod: String, Sendable, Hashable, CaseIterable {
  case day
  /// From Monday.
  case week
  case month
  /// For ever.
  case life

  /// `a month`, `for life`.
  var article: String { self == .life ? "for life" : "a \(rawValue)" }
}
