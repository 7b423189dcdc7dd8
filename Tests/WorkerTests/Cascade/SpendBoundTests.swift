import Shared
import TestSupport
import Testing

@testable import Worker

@Suite("What a job may buy", .bounded)
struct SpendBoundTests {
  private static let filtered = ScriptedServer.Script.reply(
    200, ProviderFixture.openAIAnswer("A", finishReason: "content_filter"))
  private static let empty = ScriptedServer.Script.reply(200, ProviderFixture.openAIAnswer(""))
  private static let answer = ScriptedServer.Script.reply(200, ProviderFixture.openAIAnswer("Hello"))

  /// 14 tokens read at a dollar, 24 written at two.
  private static let bought = NanoDollars(rawValue: (14 + 2 * 24) * 1_000_000_000)
  /// What one more answer of `request` can cost: less than a hundred tokens are read, a hundred written.
  private static let another = NanoDollars(rawValue: 300_000_000_000)

  private static let request: JobRequest = {
    var conversation = Conversation(turns: [Turn(role: .user, text: "Hi")])
    conversation.parameters.maxTokens = 100
    return .chat(conversation)
  }()

  private func bound(_ reservations: KnownReservations, isPricedOnly: Bool = false) -> SpendBound {
    SpendBound(
      job: JobID(unixMilliseconds: 1), reservations: reservations, isPricedOnly: isPricedOnly)
  }

  @Test(
    "after a filtered or empty answer the next is bought as far as the reservation reaches",
    arguments: [filtered, empty])
  func reaches(first: ScriptedServer.Script) async throws {
    for hedgeAfter in [nil, Duration.seconds(60)] {
      for (reserved, provider) in [
        (KnownReservations(Self.bought + Self.another), "two"), (KnownReservations(Self.bought), "one"),
        (KnownReservations(nil), "two"), (.away, "one"),
      ] {
        try await RouteFixture.with([[first], [Self.answer]], hedgeAfter: hedgeAfter) { cascade, servers in
          let outcome = try await cascade.answer(Self.request, within: bound(reserved))
          let result = try #require(outcome.result)
          #expect(result.provider == provider)
          #expect(reserved.count == 1)
          #expect(servers[1].requests.isEmpty == (provider == "one"))
          if provider == "one" {
            #expect(result.cost == Self.bought)
            #expect(result.cascadePath.last?.status == .skipped)
            #expect(result.cascadePath.last?.reason == SpendBound.beyond)
          }
        }
      }
    }
  }

  /// Four tokens read, two written.
  private static let broken = ScriptedServer.Script.raw(
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n"
      + #"{"choices":[{"index":0,"message":{"role":"assistant","content":"Hello"#, closes: true)
  private static let paidForBroken = NanoDollars(rawValue: (4 + 2 * 2) * 1_000_000_000)
  /// What one answer can cost to the token: four are read, a hundred written.
  private static let one = NanoDollars(rawValue: (4 + 2 * 100) * 1_000_000_000)

  @Test(
    "so it is after an answer that broke off; where the reservation does not reach, the job waits for its next attempt"
  )
  func brokenOff() async throws {
    for hedgeAfter in [nil, Duration.seconds(60)] {
      for (reserved, isAsked) in [(Self.one, false), (Self.one + Self.another, true)] {
        try await RouteFixture.with([[Self.broken], [Self.answer]], hedgeAfter: hedgeAfter) {
          cascade, servers in
          let report = await cascade.walk(Self.request, within: bound(KnownReservations(reserved)))
          #expect(servers[1].requests.isEmpty != isAsked)
          guard !isAsked else {
            #expect(report.outcome?.result?.provider == "two")
            return
          }
          guard case .passing(_, _, let path, askedAny: true)? = report.outcome else {
            Issue.record("it may be tried again: \(report)")
            return
          }
          #expect(path.last?.reason == SpendBound.beyond)
          #expect(report.unused?.cost == Self.paidForBroken)
        }
      }
    }
  }

  @Test("all that broke off counts, however many targets there are")
  func brokenTwice() async throws {
    try await RouteFixture.with([[Self.broken], [Self.broken], [Self.answer]]) { cascade, servers in
      let reserved = KnownReservations(Self.one + Self.paidForBroken + NanoDollars(rawValue: 1))
      let report = await cascade.walk(Self.request, within: bound(reserved))
      #expect(servers[1].requests.count == 1 && servers[2].requests.isEmpty)
      #expect(report.unused?.cost == Self.paidForBroken + Self.paidForBroken)
    }
  }

  @Test("a cheaper target further on is asked though a dearer one is not")
  func cheaper() async throws {
    try await RouteFixture.with(
      [[Self.filtered], [Self.answer], [Self.answer]], unpriced: ["three"]
    ) { cascade, servers in
      let outcome = try await cascade.answer(Self.request, within: bound(KnownReservations(Self.bought)))
      let result = try #require(outcome.result)
      #expect(
        result.provider == "three" && result.cascadePath.map(\.status) == [.failed, .skipped, .success])
      #expect(servers[1].requests.isEmpty)
    }
  }

  @Test("where one answers, or fails at no cost, nobody asks what is reserved")
  func nothingBought() async throws {
    let reservations = KnownReservations(.zero)
    for first in [Self.answer, .reply(500, "")] {
      try await RouteFixture.with([[first], [Self.answer]]) { cascade, _ in
        let outcome = try await cascade.answer(Self.request, within: bound(reservations))
        #expect(outcome.result != nil)
      }
    }
    #expect(reservations.count == 0)
  }

  @Test("targets without a known price are passed over where the job says so")
  func pricedOnly() async throws {
    for hedgeAfter in [nil, Duration.seconds(60)] {
      try await RouteFixture.with(
        [[Self.answer], [Self.answer]], hedgeAfter: hedgeAfter, unpriced: ["one"]
      ) { cascade, servers in
        let reservations = KnownReservations(Self.another)
        let outcome = try await cascade.answer(
          Self.request, within: bound(reservations, isPricedOnly: true))
        let result = try #require(outcome.result)
        #expect(result.provider == "two")
        #expect(result.cascadePath.map(\.reason) == [SpendBound.unpriced, nil])
        #expect(servers[0].requests.isEmpty)
        let free = try await cascade.answer(Self.request, within: bound(reservations))
        #expect(free.result?.provider == "one")
      }
    }
    try await RouteFixture.with([[Self.answer]], unpriced: ["one"]) { cascade, servers in
      let outcome = try await cascade.answer(
        Self.request, within: bound(KnownReservations(.zero), isPricedOnly: true))
      guard case .failed(let failure) = outcome else {
        Issue.record("nobody may be asked")
        return
      }
      #expect(failure.message.contains(SpendBound.unpriced) && servers[0].requests.isEmpty)
    }
  }
}
