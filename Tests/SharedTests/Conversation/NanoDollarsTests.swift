import Testing

@testable import Shared

@Suite("Money")
struct NanoDollarsTests {
  @Test(
    "what a provider tells is read by its digits and rounded up",
    arguments: [
      ("0.300105", 300_105_000), ("0", 0), ("0.0", 0), ("2", 2_000_000_000), ("1.0e-9", 1), ("1e-10", 1),
      ("2.7e-05", 27_000), ("0.0000000011", 2), ("1.5E1", 15_000_000_000), (#""0.0012""#, 1_200_000),
      ("1e300", 1_000_000_000_000_000), ("9223372036854775807", 1_000_000_000_000_000), ("-0.1", nil),
      ("-1", nil), ("null", nil), (#""free""#, nil), (#""""#, nil), (#""1e""#, nil), (#""１""#, nil),
    ] as [(String, Int64?)])
  func told(json: String, nanos: Int64?) throws {
    #expect(NanoDollars(told: try JSONParser.parse(json))?.rawValue == nanos)
  }

  @Test(
    "dollars are written exactly, without binary noise, exponents and needless zeros",
    arguments: [
      (300_105_000, "0.300105"), (1, "0.000000001"), (27_000, "0.000027"), (0, "0"), (1_000_000_000, "1"),
      (76_500_000_000, "76.5"), (.max, "9223372036.854775807"), (-1_500_000_000, "-1.5"),
    ] as [(Int64, String)])
  func written(nanos: Int64, text: String) {
    #expect(NanoDollars(rawValue: nanos).description == text)
    #expect((try? JSONParser.parse(text))?.double == NanoDollars(rawValue: nanos).dollars)
  }

  @Test("a sum stops at the greatest amount")
  func sum() {
    let most = NanoDollars(rawValue: .max)
    #expect(most + most == most)
    #expect(NanoDollars(rawValue: 1) + NanoDollars(rawValue: 2) == NanoDollars(rawValue: 3))
  }
}
