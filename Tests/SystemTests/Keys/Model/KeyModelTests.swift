import Shared
import TestSupport
import Testing

@Suite("The model that judges limits and budgets")
struct KeyModelTests {
  private static let start: Int64 = 1_764_315_000_000_000

  /// Questions at random, more than the limits give, for so many seconds.
  private func run(_ enforced: [KeyBound], seconds: Int64, perSecond: Int64, tokens: Int64 = 0)
    -> SmallGateway
  {
    var gateway = SmallGateway(enforcing: enforced)
    var random = SplitMix(seed: 7)
    var time = Self.start
    while time < Self.start + seconds * 1_000_000 {
      gateway.ask(at: time, tokens: tokens)
      time += Int64.random(in: 2...(2_000_000 / perSecond), using: &random)
    }
    while !gateway.open.isEmpty {
      time += 1000
      gateway.end(at: time, tokens: tokens)
    }
    return gateway
  }

  private static let limits = [
    "30 requests/second", "7 requests/second", "600 requests/minute", "41 requests/minute",
    "100 requests/hour",
  ]

  @Test("a gateway that keeps a limit is right, to the microsecond", arguments: limits)
  func exact(limit: String) {
    let bound = SmallGateway.bound(limit)
    let gateway = run([bound], seconds: 20, perSecond: 100)
    let findings = gateway.judged(by: [bound], comparesCounters: true)
    #expect(findings.areSound, "\(findings)")
    #expect(findings.admissions > 20 && findings.refusals > 20 && findings.sharpRefusals > 20)
  }

  @Test("one that allows one request more admits too many, by the times alone", arguments: limits)
  func oneMore(limit: String) {
    let bound = SmallGateway.bound(limit)
    let findings = run([bound.off(by: 1)], seconds: 20, perSecond: 100).judged(by: [bound])
    #expect(findings[.tooMany] > 0, "\(findings)")
  }

  @Test("one that allows one request fewer refuses too many", arguments: limits)
  func oneFewer(limit: String) {
    let bound = SmallGateway.bound(limit)
    let findings = run([bound.off(by: -1)], seconds: 20, perSecond: 100).judged(by: [bound])
    #expect(findings[.tooFew] > 0, "\(findings)")
  }

  @Test("a single request too many, or refused without need, is found among all others")
  func single() {
    let bound = SmallGateway.bound("10 requests/second")
    func gateway(_ mistake: (inout SmallGateway) -> Void) -> KeyFindings {
      var gateway = SmallGateway(enforcing: [bound])
      for number in 0..<10 { gateway.ask(at: Self.start + Int64(number) * 10) }
      mistake(&gateway)
      for number in 1..<20 { gateway.ask(at: Self.start + 2_000_000 + Int64(number) * 100_000) }
      return gateway.judged(by: [bound])
    }
    #expect(gateway { _ in }.areSound)
    // The next is free 100 ms after the first.
    let early = gateway { $0.ask(at: Self.start + 99_999, is: true) }
    #expect(early[.tooMany] == 1 && early[.tooFew] == 0, "\(early)")
    #expect(gateway { $0.ask(at: Self.start + 100_000, is: true) }.areSound)
    let late = gateway { $0.ask(at: Self.start + 101_000, is: false) }
    #expect(late[.tooFew] == 1 && late[.tooMany] == 0, "\(late)")
    #expect(gateway { $0.ask(at: Self.start + 99_000, is: false) }.areSound)
  }

  @Test("tokens are counted as exactly")
  func tokens() {
    let bound = SmallGateway.bound("3000 tokens/minute")
    let right = run([bound], seconds: 60, perSecond: 10, tokens: 50)
    let findings = right.judged(by: [bound], comparesCounters: true)
    #expect(findings.areSound && findings.refusals > 20, "\(findings)")
    #expect(
      run([bound.off(by: 50)], seconds: 60, perSecond: 10, tokens: 50).judged(by: [bound])[.tooMany] > 0)
    #expect(
      run([bound.off(by: -50)], seconds: 60, perSecond: 10, tokens: 50).judged(by: [bound])[.tooFew] > 0)
  }

  @Test("a counter that is off by one is found even where nobody was admitted by it in vain")
  func counters() {
    let bound = SmallGateway.bound("600 requests/minute")
    let findings = run([bound.off(by: 1)], seconds: 1, perSecond: 10)
      .judged(by: [bound], comparesCounters: true)
    #expect(findings[.counter] > 0 && findings[.otherBounds] > 0, "\(findings)")
  }

  private func held(_ change: (inout KeyDemand) -> Void) -> SmallGateway {
    var gateway = SmallGateway(enforcing: [])
    change(&gateway.demand)
    return gateway
  }

  @Test("one job too many at once is found, and one that is counted for ever")
  func running() {
    let bound = SmallGateway.bound("2 running")
    var gateway = held { $0.running = [.init(subject: bound.subject, most: 2, amount: 1)] }
    for number in 0..<Int64(2) { gateway.ask(at: Self.start + number * 1000) }
    gateway.end(at: Self.start + 5000)
    gateway.ask(at: Self.start + 6000)
    let leaking = gateway.judged(by: [bound], comparesCounters: true)
    #expect(leaking[.counter] == 1 && leaking[.tooMany] == 0, "two have not ended: \(leaking)")
    gateway.ask(at: Self.start + 7000)
    for number in 0..<Int64(3) { gateway.end(at: Self.start + 9000 + number * 1000) }
    let findings = gateway.judged(by: [bound], comparesCounters: true)
    #expect(findings[.tooMany] == 1 && findings[.counter] == 0, "\(findings)")
  }

  @Test("a budget that reservations are over, and money that was not counted, are found")
  func budgets() {
    let bound = KeyBound(
      budget: 1000, per: "life", of: KeyScene.owner(tenant: SmallGateway.tenant), scope: "tenant")
    var gateway = held { $0.hardBudgets = [.init(subject: bound.subject, most: 1000, amount: 400)] }
    for number in 0..<Int64(2) { gateway.ask(at: Self.start + number * 1000) }
    for number in 0..<Int64(2) { gateway.end(at: Self.start + 5000 + number * 1000, nanos: 300) }
    gateway.ask(at: Self.start + 8000)
    gateway.end(at: Self.start + 9000, nanos: 300)
    #expect(gateway.judged(by: [bound], comparesCounters: true).areSound)
    var overspent = gateway
    overspent.ask(at: Self.start + 10_000)
    overspent.end(at: Self.start + 11_000, nanos: 50)
    #expect(overspent.judged(by: [bound], comparesCounters: true)[.tooMany] == 1, "900 + 400")
    var uncounted = gateway
    uncounted.ask(at: Self.start + 10_000)
    uncounted.end(at: Self.start + 11_000, nanos: 50, counting: 49)
    #expect(uncounted.judged(by: [bound], comparesCounters: true)[.counter] == 1)
  }

  @Test("a bound is named and written as Sluice does it")
  func names() {
    let owner = KeyScene.owner(key: "key_1")
    let models = KeyBound(limit: "300 requests/minute", of: owner, scope: "key", model: "groq/*")
    #expect(models.field == "l:k:key_1:rm@groq/*" && models.interval == 200_000)
    #expect(KeyBound(limit: "2 KiB queued", of: owner, scope: "key").most == 2048)
    let budget = KeyBound(budget: 6_050_000, per: "life", of: owner, scope: "key")
    #expect(budget.text == "0.00605/life" && budget.field == "s:k:key_1:bl")
    #expect(KeyBound(budget: 2_000_000_000, per: "day", of: owner, scope: "key").text == "2/day")
  }
}
