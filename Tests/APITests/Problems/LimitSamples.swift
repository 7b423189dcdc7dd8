import Shared

/// Refusals by limits and budgets.
enum LimitSamples {
  private static let rate = RateDemand(
    subject: "t:search:rm", scope: .tenant, unit: .requests, most: 100, window: .minute)

  static let minute = LimitRefusal(.rate(rate, after: .milliseconds(3200)), of: "tenant search")
  static let alone = LimitRefusal(
    .rate(
      RateDemand(
        subject: "k:key_1:tm", scope: .key, unit: .tokens, most: 100, window: .minute, amount: 500),
      after: nil), of: "key sk-sluice-ab12…wxyz")
  static let budget = LimitRefusal(
    .budget(
      BudgetDemand(
        subject: "t:search:bm", scope: .tenant, kind: .hard, most: NanoDollars(rawValue: 50_000_000_000),
        amount: NanoDollars(rawValue: 2_000_000_000), period: 0..<1_795_835_794_000), isAlone: false),
    of: "tenant search")
}
