import Shared
import TestSupport

/// Random pieces of answers; the same for the same seed.
struct MixtureSamples: Sendable {
  private var random: SplitMix
  private var texts: TextSamples
  private var images = 0

  init(seed: UInt64) {
    random = SplitMix(seed: seed)
    texts = TextSamples(seed: seed &+ 1)
  }

  /// True so often as `chance` of 100.
  mutating func happens(_ chance: Int) -> Bool { random.happens(chance) }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

  mutating func count(_ range: ClosedRange<Int>) -> JSONValue { .integer(Int64(number(range))) }

  /// One of `values`, of which there must be some.
  mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: values.indices, using: &random)]
  }

  mutating func text() -> String { texts.text() }

  /// A text in pieces, of which some may be empty.
  mutating func cut(_ text: String) -> [String] { texts.cut(text) }

  /// What a function may be called with.
  mutating func arguments() -> JSONValue {
    var arguments: JSONObject = [:]
    for name in ["city", "days", "exact", "more"] where happens(50) {
      let value: JSONValue =
        switch name {
        case "city": .string(text())
        case "days": count(-3...1000)
        case "exact": .bool(happens(50))
        default: [.string(text()), .null, ["a": 0.5]]
        }
      arguments[name] = value
    }
    return .object(arguments)
  }

  /// Base64, as of a picture or a sound; no two are equal.
  mutating func base64() -> String {
    images += 1
    return "iVBORw0KGgo\(images)\(String(random.next(), radix: 36))AAAA=="
  }

  /// The strands in one row, each in its order.
  mutating func weave<Element>(_ strands: [[Element]]) -> [Element] {
    var strands = strands.filter { !$0.isEmpty }.map { $0[...] }
    var woven: [Element] = []
    while let next = strands.indices.randomElement(using: &random) {
      woven.append(strands[next].removeFirst())
      if strands[next].isEmpty { strands.remove(at: next) }
    }
    return woven
  }
}
