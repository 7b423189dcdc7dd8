/// How much money a tenant, user or key may spend in a period.
public struct Budget: Sendable, Hashable {
  /// Five million dollars: sums of nano-dollars stay exact in Lua, whose integers end at 2⁵³.
  public static let highest = NanoDollars(rawValue: 5_000_000_000_000_000)

  /// More than nothing, at most ``highest``.
  public let most: NanoDollars
  public let period: BudgetPeriod
  /// A hard one refuses what is over it; a soft one only tells.
  public let kind: BudgetDemand.Kind
  /// The name asked for, or a pattern of names, whose costs it counts alone; nil for all.
  public let model: String?

  public init(
    _ most: NanoDollars, per period: BudgetPeriod, _ kind: BudgetDemand.Kind = .hard, model: String? = nil
  ) {
    self.most = most
    self.period = period
    self.kind = kind
    self.model = model
  }

  /// In the name of its counter: unlike for any two periods, and unlike those of limits. The kind is no part of it, so that one
  /// whose kind is changed has spent what it had spent.
  var code: String { "b\(period.code)" }

  /// The codes of budgets that stand at once. A soft one beside a hard one is told of apart, so it has a counter of its own.
  static func codes(of budgets: [Budget]) -> [String] {
    budgets.map { budget in
      let isBeside =
        budget.kind == .soft
        && budgets.contains { $0.kind == .hard && $0.period == budget.period && $0.model == budget.model }
      return isBeside ? "s\(budget.period.code)" : budget.code
    }
  }
}

extension Budget: CustomStringConvertible {
  static let forms = #""50/month" or {"usd": 50, "per": "month", "kind": "hard"}"#

  /// The short form, such as `50/month`, which says nothing of kind and model.
  public var description: String { "\(most)/\(period.rawValue)" }

  /// What may be done, such as `spend 50 USD a month`.
  public var allowance: String {
    let what = "spend \(most) USD \(period.article)"
    return model.map { "\(what) on \(ClientText.cut($0))" } ?? what
  }

  /// Reads the short form of a hard budget: plain dollars and a period, such as `50/month` or `0.5/day`.
  public init(parsing text: String) throws(RecordFault) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let period = BudgetPeriod(rawValue: String(parts[1])),
      let most = NanoDollars(dollars: parts[0]) ?? Self.tooMany(parts[0])
    else {
      throw .value(
        "\(ClientText.quoted(text)) is no budget; write dollars and a period, such as \(Self.forms)")
    }
    try self.init(checking: most, per: period)
  }

  /// Whole dollars of so many digits that they are above ``highest`` in any case.
  private static func tooMany(_ dollars: Substring) -> NanoDollars? {
    let digits = dollars.utf8.drop { $0 == 0x30 }
    return digits.count > 9 && digits.allSatisfy { (0x30...0x39).contains($0) } ? .init(rawValue: .max) : nil
  }

  private init(
    checking most: NanoDollars, per period: BudgetPeriod, _ kind: BudgetDemand.Kind = .hard,
    model: String? = nil
  ) throws(RecordFault) {
    guard most > .zero else { throw .value("a budget is more than 0 dollars") }
    guard most <= Self.highest else { throw .value("a budget is at most \(Self.highest) dollars") }
    self.init(most, per: period, kind, model: model)
  }
}

extension Budget {
  /// Reads the short form, or an object with `usd`, `per`, `kind` (`hard` if absent) and `model`.
  public init(json: JSONValue) throws(RecordFault) {
    switch json {
    case .string(let text): try self.init(parsing: text)
    case .object(let members):
      let model = try MemberRules.model(in: members, besides: ["usd", "per", "kind"])
      let most = try Self.dollars(members["usd"])
      let period: BudgetPeriod = try MemberRules.choice(members, "per")
      let kind: BudgetDemand.Kind = members["kind"] == nil ? .hard : try MemberRules.choice(members, "kind")
      do {
        try self.init(checking: most, per: period, kind, model: model == "*" ? nil : model)
      } catch { throw error.under(.name("usd")) }
    default: throw RecordFault(.notText, "a budget is written \(Self.forms)")
    }
  }

  private static func dollars(_ value: JSONValue?) throws(RecordFault) -> NanoDollars {
    switch value?.rounded {
    case .integer(let dollars)?:
      return NanoDollars(rawValue: min(max(dollars, 0), 10_000_000) * 1_000_000_000)
    case .double(let dollars)?:
      guard dollars > 0 else { return .zero }
      guard dollars < 10_000_000 else { return .init(rawValue: .max) }
      // By its digits, since 0.1 is none in binary; the exponent of a small one as providers may write it.
      let text = dollars.description
      if let most = NanoDollars(dollars: text) { return most }
      if text.contains("e"), dollars >= 1e-9, let most = NanoDollars(told: value) { return most }
      throw .value("a budget has at most nine decimal places", at: [.name("usd")])
    case nil, .null?: throw RecordFault(.missing, "dollars are needed, such as 50", at: [.name("usd")])
    default:
      throw RecordFault(
        .notANumber, "dollars are a number such as 50 or 0.5, without a currency", at: [.name("usd")])
    }
  }

  public var json: JSONValue {
    var members: JSONObject = [
      "usd": most.json, "per": .string(period.rawValue), "kind": .string(kind.rawValue),
    ]
    if let model { members["model"] = .string(model) }
    return .object(members)
  }
}

extension NanoDollars {
  /// Dollars as a number; exact for up to fifteen digits.
  var json: JSONValue {
    rawValue.isMultiple(of: 1_000_000_000)
      ? .integer(rawValue / 1_000_000_000) : .double(Double(description) ?? dollars)
  }
}
