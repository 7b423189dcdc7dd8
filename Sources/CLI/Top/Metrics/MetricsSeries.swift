/// One sample of Prometheus' text format.
struct MetricsSeries: Sendable, Hashable {
  let name: String
  let labels: [String: String]
  let value: Double

  /// Reads a line such as `name{label="value"} 1 # {trace_id="…"} 0.5`; nil for one that is no sample.
  init?(line: some StringProtocol) {
    var rest = Substring(line)[...]
    let name = rest.prefix { $0 != "{" && $0 != " " }
    guard !name.isEmpty, !name.hasPrefix("#") else { return nil }
    rest = rest.dropFirst(name.count)
    guard let labels = Self.labels(&rest) else { return nil }
    // What stands behind the number is a time, or an exemplar.
    guard let word = rest.split(separator: " ", maxSplits: 1).first, let value = Self.number(word) else {
      return nil
    }
    self.name = String(name)
    self.labels = labels
    self.value = value
  }

  /// Takes `{…}` off, where it stands. Nil where it does not end.
  private static func labels(_ rest: inout Substring) -> [String: String]? {
    guard rest.first == "{" else { return [:] }
    rest.removeFirst()
    var labels: [String: String] = [:]
    while let first = rest.first {
      if first == "}" {
        rest.removeFirst()
        return labels
      }
      let name = rest.prefix { $0 != "=" }
      rest = rest.dropFirst(name.count)
      guard rest.hasPrefix("=\"") else { return nil }
      rest = rest.dropFirst(2)
      guard let value = quoted(&rest) else { return nil }
      labels[String(name)] = value
      if rest.first == "," { rest.removeFirst() }
    }
    return nil
  }

  /// Takes a value and its closing quote off.
  private static func quoted(_ rest: inout Substring) -> String? {
    var value = ""
    while let character = rest.popFirst() {
      switch character {
      case "\"": return value
      case "\\":
        guard let escaped = rest.popFirst() else { return nil }
        value.append(escaped == "n" ? "\n" : escaped)
      default: value.append(character)
      }
    }
    return nil
  }

  private static func number(_ word: Substring) -> Double? {
    switch word {
    case "+Inf": .infinity
    case "-Inf": -.infinity
    case "NaN": .nan
    default: Double(word)
    }
  }
}
