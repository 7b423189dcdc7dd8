/// What a file says of a model's price.
enum PriceReading {
  private static let rates = PriceMember.allCases.map(\.rawValue)

  /// The members of a model that say its price.
  static let names = rates + ["request", "above"]

  private static let allowed =
    "US dollars for a million tokens, from 0 to 10000 with up to nine decimal places"
  private static let requestAllowed =
    "US dollars for a request, from 0 to 10000 with up to nine decimal places"

  /// The price; nil where nothing is said of it. Without prices of input and output there is none.
  static func price(_ mapping: FileMapping) throws(ConfigurationError) -> ModelPrice? {
    guard names.contains(where: { mapping[$0] != nil }) else { return nil }
    for member in [PriceMember.input, .output] { _ = try mapping.required(member.rawValue, allowed) }
    return ModelPrice(
      try rates(mapping), request: try mapping["request"].map(request) ?? .zero,
      above: try mapping["above"].map(tier))
  }

  private static func tier(_ place: FileValue) throws(ConfigurationError) -> ModelPrice.Tier {
    let mapping = try FileMapping(place, names: ["tokens"] + rates)
    let tokens = try mapping.required("tokens", "the prompt's length beyond which these prices hold")
    let said = try rates(mapping)
    guard said != PriceRates() else {
      throw place.refused("says no price; allowed are \(rates.joined(separator: ", "))")
    }
    return ModelPrice.Tier(tokens: try tokens.integer(in: 1...TokenUsage.limit), rates: said)
  }

  private static func rates(_ mapping: FileMapping) throws(ConfigurationError) -> PriceRates {
    var rates = PriceRates()
    for member in PriceMember.allCases {
      rates[member] = try mapping[member.rawValue].map { place throws(ConfigurationError) in
        try place.number(allowed, ModelPrice.amount)
      }
    }
    return rates
  }

  private static func request(_ place: FileValue) throws(ConfigurationError) -> NanoDollars {
    try place.number(requestAllowed, ModelPrice.amount)
  }
}
