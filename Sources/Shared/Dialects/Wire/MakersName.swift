extension Maker {
  /// Reads ``name``; nil for anything else.
  init?(name: some StringProtocol) {
    let words = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard words.count == 2, let dialect = Dialect(rawValue: String(words[0])) else { return nil }
    let names = words[1].split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    self.init(
      provider: names[0].isEmpty ? nil : String(names[0]), dialect: dialect,
      key: names.count == 2 ? KeyPlace(description: String(names[1])) : nil)
  }

  /// As it goes through OpenAI's clients: `<dialect>:<provider>`, and behind a `#` under which of the provider's keys it was
  /// made, where it has several.
  var name: String { "\(dialect.rawValue):\(provider ?? "")\(key.map { "#\($0)" } ?? "")" }
}
