extension ModelPrice {
  /// How ``init(parsing:)`` wants it.
  static let form = "input:output[:member=price…][:request=price][:above=tokens:member=price…]"

  /// Reads dollars for a million tokens, such as `0.59:0.79:cached_input=0.06:request=0.005`. What stands behind
  /// `above=200000` holds for longer prompts. Nil for anything else.
  init?(parsing text: some StringProtocol) {
    let words = text.split(separator: ":", omittingEmptySubsequences: false)
    guard words.count >= 2, let input = Self.amount(words[0]), let output = Self.amount(words[1]) else {
      return nil
    }
    var price = ModelPrice(input: input, output: output)
    var said: Set = ["input", "output"]
    var tier: (tokens: Int, rates: PriceRates)?
    for word in words.dropFirst(2) {
      guard let equals = word.firstIndex(of: "=") else { return nil }
      let (name, value) = (String(word[..<equals]), word[word.index(after: equals)...])
      guard said.insert(name).inserted else { return nil }
      if name == "above" {
        guard let tokens = Int(value), (1...TokenUsage.limit).contains(tokens) else { return nil }
        tier = (tokens, PriceRates())
        said = ["above", "request"]
        continue
      }
      guard let amount = Self.amount(value) else { return nil }
      if name == "request" {
        price.request = amount
      } else if let member = PriceMember(rawValue: name) {
        if tier == nil { price.rates[member] = amount } else { tier?.rates[member] = amount }
      } else {
        return nil
      }
    }
    if let tier {
      guard tier.rates != PriceRates() else { return nil }
      price.above = Tier(tokens: tier.tokens, rates: tier.rates)
    }
    self = price
  }

  /// A plain decimal number of dollars, up to ``highest``.
  static func amount(_ text: some StringProtocol) -> NanoDollars? {
    NanoDollars(dollars: text).flatMap { $0 <= highest ? $0 : nil }
  }
}
