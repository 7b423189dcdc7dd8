/// A price as `GET /providers` and the list of prices have it: by the names that the configuration has, too.
extension ModelPrice {
  /// The members that are known, in dollars for a million tokens.
  public var json: JSONValue {
    var members = Self.members(of: rates)
    if request > .zero { members["request"] = .double(request.dollars) }
    if let above {
      var tier: JSONObject = ["tokens": .integer(Int64(above.tokens))]
      tier.merge(Self.members(of: above.rates)) { first, _ in first }
      members["above"] = .object(tier)
    }
    return .object(members)
  }

  private static func members(of rates: PriceRates) -> JSONObject {
    var members = JSONObject()
    for member in PriceMember.allCases {
      if let amount = rates[member] { members[member.rawValue] = .double(amount.dollars) }
    }
    return members
  }

  /// Nil without a price for input.
  init?(json: JSONValue) {
    let rates = Self.rates(in: json)
    guard rates[.input] != nil else { return nil }
    self.init(rates, request: NanoDollars(told: json["request"]) ?? .zero)
    if let tier = json["above"], let tokens = tier["tokens"]?.integer {
      above = Tier(tokens: Int(clamping: tokens), rates: Self.rates(in: tier))
    }
  }

  private static func rates(in json: JSONValue) -> PriceRates {
    var rates = PriceRates()
    for member in PriceMember.allCases {
      rates[member] = NanoDollars(told: json[member.rawValue]).map { min($0, highest) }
    }
    return rates
  }
}
