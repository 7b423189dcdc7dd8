import ArgumentParser
import Shared
import Testing

@testable import CLI

@Suite("What is typed")
struct ArgumentTests {
  @Test(
    "limits and budgets are read as they are shown",
    arguments: [
      ("100 requests/minute", true), ("5 running of openai/gpt-4o", true), ("64 MiB queued", true),
      ("50/month", false), ("5/day soft", false), ("0.5/week soft of smart", false), ("9/life of a", false),
    ])
  func bounds(_ text: String, _ isLimit: Bool) throws {
    let json = isLimit ? try BoundText.limit(text) : try BoundText.budget(text)
    #expect((json.string ?? BoundText.written(json)) == text)
  }

  @Test("what is no limit or budget is refused with a sentence before anybody is asked")
  func badBounds() {
    for arguments in [
      ["--limit", "0 requests/minute"], ["--limit", "5 apples"], ["--budget", "50$/month"],
      ["--budget", "50"],
      ["--budget", "0/day"], ["--cache", "A b"], ["--lane", "fast"], ["--metadata", "x"],
    ] {
      #expect(throws: CommandFailure.self, "\(arguments)") {
        try TenantOptions.parse(arguments).members()
      }
    }
  }

  @Test("options become members of the record, and a list is one of all that was said")
  func members() throws {
    let list = try TenantOptions.parse([
      "--limit", "1 running", "--limit", "9 requests/day of smart", "--budget", "50/month", "--weight", "3",
      "--metadata", "team=blue=sky", "--provider-key", "openai=a", "--webhook", "https://a.example/b",
    ]).members().members
    #expect(
      JSONValue.object(list) == [
        "limits": ["1 running", ["limit": "9 requests/day", "model": "smart"]],
        "budgets": [["usd": 50, "per": "month", "kind": "hard"]], "weight": 3,
        "metadata": ["team": "blue=sky"], "provider_keys": ["openai": "a"],
        "webhooks": [["url": "https://a.example/b"]],
      ])
  }

  @Test("an expiry is a duration, a day or a time to come")
  func expiry() throws {
    let now: Int64 = 1_800_000_000_000
    #expect(try TimeText.expiry("1d", now: now) == "2027-01-16T08:00:00.000Z")
    #expect(try TimeText.expiry("2028-01-31", now: now) == "2028-01-31T00:00:00.000Z")
    #expect(try TimeText.expiry("2028-01-31T01:00:00+01:00", now: now) == "2028-01-31T00:00:00.000Z")
    for text in ["2020-01-01", "0d", "-1d", "soon", "", "9999999999999w", "1.5d", "2028-02-30"] {
      #expect(throws: CommandFailure.self, "\(text)") { try TimeText.expiry(text, now: now) }
    }
  }

  @Test("a key in the place of its id, and one among the arguments, are not repeated")
  func keysAreNotRepeated() {
    let key = "sk-sluice-jk6kdmwx1dea1vaxwha67qc1ea2y36nq2OwiOO"
    #expect(
      throws: CommandFailure.usage(
        "that is a key itself; keys are named by their ids, which `sluice keys list` shows")
    ) {
      try RecordNameText.key(key)
    }
    #expect(
      KeyBlots.blotted("Unexpected argument '\(key)' and sk-proj-a_b, too")
        == "Unexpected argument 'sk-***' and sk-***, too")
  }

  @Test("members that cannot be cleared are named")
  func clearing() throws {
    var list = try MemberList(file: nil)
    try list.clear(["limits"], of: TenantOptions.clearable)
    #expect(list.members == ["limits": nil])
    #expect(throws: CommandFailure.self) { try list.clear(["id"], of: TenantOptions.clearable) }
  }

  @Test("an ETag is taken with and without its quotes")
  func versions() throws {
    #expect(try VersionOption.parse(["--if-match", "3"]).tag() == "\"3\"")
    #expect(try VersionOption.parse(["--if-match", "\"3\""]).tag() == "\"3\"")
    #expect(try VersionOption.parse([]).tag() == nil)
    #expect(throws: CommandFailure.self) { try VersionOption.parse(["--if-match", "W/x"]).tag() }
  }
}
