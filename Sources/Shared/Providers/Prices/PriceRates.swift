/// What a million tokens of each kind cost, as far as it is said.
public struct PriceRates: Sendable, Hashable {
  // In the order of ``PriceMember``; -1 where nothing is said. A dictionary for each of a thousand models would be
  // most of what the list of prices holds in memory.
  private var amounts = SIMD16<Int64>(repeating: -1)

  public init(input: NanoDollars? = nil, output: NanoDollars? = nil) {
    self[.input] = input
    self[.output] = output
  }

  /// Nil where nothing is said of it.
  public subscript(member: PriceMember) -> NanoDollars? {
    get {
      let amount = amounts[Self.index(of: member)]
      return amount < 0 ? nil : NanoDollars(rawValue: amount)
    }
    set { amounts[Self.index(of: member)] = newValue?.rawValue ?? -1 }
  }

  /// What holds: what is said of it, else of what it costs alike, else nothing.
  public func rate(_ member: PriceMember) -> NanoDollars { self[member] ?? self[member.alike] ?? .zero }

  /// These, and of what they do not say those of `base`.
  func over(_ base: PriceRates) -> PriceRates {
    var rates = self
    for member in PriceMember.allCases where rates[member] == nil { rates[member] = base[member] }
    return rates
  }

  private static func index(of member: PriceMember) -> Int {
    switch member {
    case .input: 0
    case .cachedInput: 1
    case .cacheWrite: 2
    case .cacheWrite1h: 3
    case .output: 4
    case .reasoning: 5
    case .imageInput: 6
    case .audioInput: 7
    case .audioOutput: 8
    case .imageOutput: 9
    }
  }
}
