import Testing

@testable import Shared

@Suite("Jobs and their parts")
struct JobTypesTests {
  @Test("ids sort by time, differ, and read back")
  func ids() throws {
    let ids = (0..<1000).map { JobID(unixMilliseconds: 1_700_000_000_000 + $0) }
    #expect(ids.map(\.rawValue) == ids.map(\.rawValue).sorted())
    #expect(Set((0..<1000).map { _ in JobID(unixMilliseconds: 1) }).count == 1000)
    for id in ids.prefix(10) { #expect(JobID(rawValue: id.rawValue) == id) }
  }

  @Test(
    "what is no id is refused",
    arguments: [
      "", "job_", "job_01", "JOB_000000000000000000000000000000000000",
      "job_00000000000000000000000000000000000u", "job_{0}:00000000000000000000000000000000",
      "job_000000000000000000000000000000000000\n", "job_00000000000000000000000000000000000I",
      "job_00000000000000000000000000000000000L", "job_00000000000000000000000000000000000O",
      "job_00000000000000000000000000000000000U", "job_00000000000000000000000000000000000[",
    ])
  func wrongIDs(text: String) {
    #expect(JobID(rawValue: text) == nil)
  }

  @Test(
    "dollars are read exactly",
    arguments: [
      ("0.59", 590_000_000), ("1", 1_000_000_000), ("0.000000001", 1), ("12.5", 12_500_000_000), ("", nil),
      ("1.", nil), (".5", nil), ("-1", nil), ("0.0000000001", nil), ("1e3", nil), ("1.2.3", nil), ("+1", nil),
      ("1.+5", nil),
    ] as [(String, Int64?)])
  func dollars(text: String, nanos: Int64?) {
    #expect(NanoDollars(dollars: text)?.rawValue == nanos)
  }

  @Test("absurd usage is clamped")
  func usage() {
    let usage = TokenUsage(promptTokens: -5, completionTokens: .max)
    #expect(usage.promptTokens == 0)
    #expect(usage.completionTokens == TokenUsage.limit)
  }

  @Test(
    "times are written as RFC 3339",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (1_769_850_902_481, "2026-01-31T09:15:02.481Z"),
      (951_827_696_007, "2000-02-29T12:34:56.007Z"), (-1, "1969-12-31T23:59:59.999Z"),
      (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (-59_011_459_200_000, "0100-01-01T00:00:00.000Z"),
      (253_402_300_800_000, "10000-01-01T00:00:00.000Z"),
    ] as [(Int64, String)])
  func timestamps(milliseconds: Int64, text: String) {
    #expect(Timestamp.format(unixMilliseconds: milliseconds) == text)
  }
}
