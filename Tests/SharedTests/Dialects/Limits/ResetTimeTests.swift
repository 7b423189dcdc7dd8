import NIOHTTP1
import Testing

@testable import Shared

@Suite("When a provider may be asked again")
struct ResetTimeTests {
  @Test(
    "headers are read in the order of their worth and are bounded",
    arguments: [
      ([], nil), ([("retry-after", "7")], .seconds(7)), ([("retry-after", "0")], .zero),
      ([("retry-after", "0.5")], .milliseconds(500)), ([("retry-after", "1000000000")], .seconds(60)),
      ([("retry-after", "1e400")], nil), ([("retry-after", "-3")], nil), ([("retry-after", "soon")], nil),
      ([("retry-after", "nan")], nil),
      ([("retry-after-ms", "250"), ("retry-after", "9")], .milliseconds(250)),
      ([("retry-after-ms", "x"), ("retry-after", "9")], .seconds(9)),
      (
        [
          ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"), ("date", "Sun, 06 Nov 1994 08:49:07 GMT"),
        ], .seconds(30)
      ),
      (
        [
          ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"), ("date", "Mon, 07 Nov 1994 08:49:07 GMT"),
        ], .zero
      ),
      ([("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], nil),
      ([("x-ratelimit-reset-requests", "2m59.56s")], .seconds(60)),
      ([("x-ratelimit-reset-tokens", "7.66s")], .milliseconds(7660)),
      ([("x-ratelimit-reset-requests", "40s"), ("x-ratelimit-reset-tokens", "120ms")], .milliseconds(120)),
      (
        [
          ("x-ratelimit-reset-requests", "40s"), ("x-ratelimit-remaining-requests", "0"),
          ("x-ratelimit-reset-tokens", "120ms"), ("x-ratelimit-remaining-tokens", "6000"),
        ], .seconds(40)
      ),
      (
        [
          ("date", "Sun, 06 Nov 1994 08:49:07 GMT"),
          ("anthropic-ratelimit-requests-reset", "1994-11-06T08:49:37Z"),
          ("anthropic-ratelimit-tokens-reset", "1994-11-06T08:49:17Z"),
        ], .seconds(10)
      ),
      (
        [
          ("date", "Sun, 06 Nov 1994 08:49:07 GMT"),
          ("anthropic-ratelimit-requests-reset", "1994-11-07T08:49:37Z"),
        ], .seconds(60)
      ), ([("anthropic-ratelimit-requests-reset", "1994-11-06T08:49:37Z")], nil),
    ] as [([(String, String)], Duration?)])
  func headers(headers: [(String, String)], wait: Duration?) {
    #expect(ResetTime.stated(in: HTTPHeaders(headers)) == wait)
  }

  @Test(
    "durations are read as providers write them",
    arguments: [
      ("31s", .seconds(31)), ("1.5s", .milliseconds(1500)), ("120ms", .milliseconds(120)),
      ("0s", .zero), ("1m", .seconds(60)), ("26h", .seconds(60)), ("", nil), ("s", nil), ("12", nil),
      ("1.2.3s", nil), ("-4s", nil), ("4 s", nil), ("4x", nil),
    ] as [(String, Duration?)])
  func durations(text: String, duration: Duration?) {
    #expect(ResetTime.parse(text) == duration)
  }

  @Test(
    "HTTP dates are read to the second",
    arguments: [
      ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
      ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199), ("Sun, 06 Nov 1994 08:49:37 CET", nil),
      ("Sun, 06 Foo 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 08:61:37 GMT", nil), ("now", nil),
    ] as [(String, Int64?)])
  func dates(text: String, seconds: Int64?) {
    #expect(HTTPDate.parse(text) == seconds)
  }

  @Test(
    "times of RFC 3339 are read to the second",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("1994-11-06T08:49:37Z", 784_111_777),
      ("1994-11-06t08:49:37.999z", 784_111_777), ("1994-11-06T09:49:37+01:00", 784_111_777),
      ("1994-11-06T01:19:37.5-07:30", 784_111_777), ("2024-02-29T23:59:59Z", 1_709_251_199),
      ("2023-02-29T23:59:59Z", nil), ("2027-02-30T00:00:00Z", nil), ("2027-04-31T00:00:00Z", nil),
      ("1994-11-06 08:49:37Z", nil), ("1994-11-06T08:49:37", nil), ("1994-13-06T08:49:37Z", nil),
      ("1994-11-06T08:61:37Z", nil), ("1994-11-06T08:49Z", nil), ("1994-11-06T08:49:37+1", nil),
      ("1994-11-06T08:49:37ZZ", nil), ("+994-11-06T08:49:37Z", nil), ("1994-11-06T08:49:3üZ", nil), ("", nil),
    ] as [(String, Int64?)])
  func internetTimes(text: String, seconds: Int64?) {
    #expect(InternetTime.parse(text) == seconds)
  }
}
