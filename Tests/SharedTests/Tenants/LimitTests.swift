import Testing

@testable import Shared

@Suite("Limits and budgets as they are written")
struct LimitTests {
  @Test(
    "a limit is read and written in the words of quotas",
    arguments: [
      ("100 requests/minute", Limit(100, .requests(.minute))),
      ("1 requests/second", Limit(1, .requests(.second))),
      ("50000 tokens/day", Limit(50_000, .tokens(.day))), ("7 tokens/hour", Limit(7, .tokens(.hour))),
      ("5 running", Limit(5, .running)), ("1000 queued", Limit(1000, .queued)),
      ("64 MiB queued", Limit(64 << 20, .queuedBytes)), ("1 GiB queued", Limit(1 << 30, .queuedBytes)),
      ("3 KiB queued", Limit(3 << 10, .queuedBytes)),
    ])
  func words(text: String, limit: Limit) throws {
    #expect(try Limit(parsing: text) == limit)
    #expect(limit.description == text)
    #expect(try Limit(json: limit.json) == limit)
  }

  @Test("one request may be said in the singular")
  func singular() throws {
    #expect(try Limit(parsing: "1 request/minute") == Limit(1, .requests(.minute)))
  }

  @Test(
    "what is no limit is refused with the forms that there are",
    arguments: [
      "", " ", "100", "100 requests", "requests/minute", "-5 running", "+5 running", "5.5 running",
      "1e3 queued",
      "100 requests/month", "100 requests/minute/x", "100  requests/minute", "64 MB queued", "64 MiB",
      "5 Running",
      "five running", "١٠ running", "100 requests/minute ",
    ])
  func noLimits(text: String) {
    let fault = #expect(throws: RecordFault.self) { try Limit(parsing: text) }
    #expect(fault?.sentence.contains("100 requests/minute") == true)
  }

  @Test("a limit of 0 is refused, and one of 10^18 with what the most is")
  func outOfBounds() {
    let none = #expect(throws: RecordFault.self) { try Limit(parsing: "0 requests/minute") }
    #expect(none?.sentence.hasPrefix("a limit is at least 1, not 0") == true)
    for text in [
      "1000000000000000000 tokens/day", "1000000000000000000 queued", "99999999999999999999999 running",
      "9007199254740993 GiB queued",
    ] {
      let fault = #expect(throws: RecordFault.self) { try Limit(parsing: text) }
      #expect(fault?.sentence.contains("is too much; the most is") == true, "\(text)")
    }
  }

  @Test("the fastest limit of requests grows back in whole microseconds")
  func fastest() throws {
    for window in RateLimit.Window.allCases {
      let most = Limit.Measure.requests(window).highest
      #expect(
        RateLimit(requests: most, per: window).emissionIntervalMicroseconds * most <= window.seconds
          * 1_000_000)
    }
  }

  @Test("a limit of a model is an object, and * is no model")
  func models() throws {
    let limit = try Limit(json: ["limit": "10 requests/minute", "model": "openai/gpt-4o"])
    #expect(limit == Limit(10, .requests(.minute), model: "openai/gpt-4o"))
    #expect(limit.json == ["limit": "10 requests/minute", "model": "openai/gpt-4o"])
    #expect(try Limit(json: ["limit": "5 running", "model": "*"]) == Limit(5, .running))
    let unknown = #expect(throws: RecordFault.self) {
      try Limit(json: ["limit": "5 running", "modell": "a"])
    }
    #expect(unknown?.place == [.name("modell")])
    #expect(unknown?.kind == .unknownMember)
    let missing = #expect(throws: RecordFault.self) { try Limit(json: ["model": "a"]) }
    #expect(missing?.place == [.name("limit")])
  }

  @Test(
    "a budget is read in its short form and as an object",
    arguments: [
      ("50/month", 50_000_000_000, .month), ("0.5/day", 500_000_000, .day), ("1/week", 1_000_000_000, .week),
      ("5000000/life", 5_000_000_000_000_000, .life), ("0.000000001/day", 1, .day),
    ] as [(String, Int64, BudgetPeriod)])
  func budgets(text: String, nanos: Int64, period: BudgetPeriod) throws {
    let budget = Budget(NanoDollars(rawValue: nanos), per: period)
    #expect(try Budget(parsing: text) == budget)
    #expect(budget.description == text)
    #expect(try Budget(json: budget.json) == budget)
  }

  @Test(
    "dollars are exact whatever their binary form",
    arguments: ["0.1", "0.3", "1e-05", "19.99", "0.000000003"])
  func exactDollars(text: String) throws {
    let budget = try Budget(json: ["usd": .double(try #require(Double(text))), "per": "day"])
    #expect(budget.most.dollars == Double(text))
    #expect(try Budget(json: budget.json) == budget)
  }

  @Test(
    "what is no budget is refused with the forms that there are",
    arguments: [
      "50$/month", "$50/month", "50 USD/month", "50", "50/", "/month", "50/year", "50/Month", "-5/day",
      "1e3/day", "5,5/day",
      "0.0000000001/day",
    ])
  func noBudgets(text: String) {
    let fault = #expect(throws: RecordFault.self) { try Budget(parsing: text) }
    #expect(fault?.sentence.contains(#"such as "50/month""#) == true)
  }

  @Test("a budget is more than nothing and at most five million dollars, and says where it is wrong")
  func budgetBounds() {
    func fault(_ json: JSONValue) -> RecordFault? {
      #expect(throws: RecordFault.self) { try Budget(json: json) }
    }
    #expect(fault("0/day")?.sentence == "a budget is more than 0 dollars")
    #expect(fault("5000001/day")?.sentence == "a budget is at most 5000000 dollars")
    #expect(fault("1000000000000000000/day")?.sentence == "a budget is at most 5000000 dollars")
    #expect(fault(["usd": 0, "per": "day"])?.path == "usd")
    #expect(fault(["usd": -1, "per": "day"])?.path == "usd")
    #expect(fault(["usd": 1e300, "per": "day"])?.path == "usd")
    #expect(fault(["usd": .integer(.max), "per": "day"])?.path == "usd")
    #expect(fault(["usd": 0.12345678901, "per": "day"])?.path == "usd")
    #expect(fault(["usd": "50", "per": "day"])?.kind == .notANumber)
    #expect(fault(["per": "day"])?.kind == .missing)
    #expect(fault(["usd": 50])?.path == "per")
    #expect(fault(["usd": 50, "per": "year"])?.path == "per")
    #expect(fault(["usd": 50, "per": "day", "kind": "firm"])?.path == "kind")
    #expect(fault(["usd": 50, "per": "day", "currency": "EUR"])?.kind == .unknownMember)
    #expect(fault(5)?.kind == .notText)
  }
}
