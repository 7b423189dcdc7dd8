import Shared
import TestSupport
import Testing

@testable import Worker

@Suite("Conversations that stay with their target", .bounded)
struct StickyRouteTests {
  private let threads = SharedThreads()
  private let thread = String(repeating: "a1", count: 16)
  private let answer = ScriptedServer.Script.reply(200, ProviderFixture.openAIAnswer("Hello"))

  /// Who answers, one request after the other.
  private func answers(
    _ scripts: [[ScriptedServer.Script]], sticky: Bool = true, hedgeAfter: Duration? = nil,
    in given: [String?]
  ) async throws -> [String?] {
    try await RouteFixture.with(scripts, hedgeAfter: hedgeAfter, isSticky: sticky, threads: threads) {
      cascade, _ in
      var providers: [String?] = []
      for thread in given {
        let report = await cascade.walk(RouteFixture.request, in: thread)
        providers.append(report.answeredBy?.provider)
      }
      return providers
    }
  }

  @Test("a target that took a conversation over keeps it, and others go where the route says")
  func failover() async throws {
    // The circuit of the first takes one such fault.
    let refused = ScriptedServer.Script.reply(400, #"{"error":{"message":"not now"}}"#)
    let found = try await answers(
      [[refused, answer], [answer]], in: [thread, thread, nil, String(repeating: "b", count: 32), thread])
    #expect(found == ["two", "two", "one", "one", "two"])
    #expect(threads.counts == [4, 2], "what is known already is not told again")
  }

  @Test("and leaves it where it fails itself")
  func gone() async throws {
    let refused = ScriptedServer.Script.reply(400, #"{"error":{"message":"not now"}}"#)
    let found = try await answers(
      [[refused, answer], [answer, refused, answer]], in: [thread, thread, thread])
    #expect(found == ["two", "one", "one"])
  }

  @Test("the same where the next one is asked as well")
  func hedged() async throws {
    let refused = ScriptedServer.Script.reply(400, #"{"error":{"message":"not now"}}"#)
    let found = try await answers(
      [[refused, answer], [answer]], hedgeAfter: .seconds(60), in: [thread, thread])
    #expect(found == ["two", "two"])
  }

  @Test("a route that is not sticky asks and tells nobody, and one whose Redis is away goes as any other")
  func without() async throws {
    #expect(try await answers([[answer], [answer]], sticky: false, in: [thread, thread]) == ["one", "one"])
    #expect(threads.counts == [0, 0])
    threads.isAway = true
    #expect(try await answers([[answer], [answer]], in: [thread, thread]) == ["one", "one"])
  }

  @Test("keys are drawn alike for one conversation, by weight for many")
  func keys() {
    func first(_ seed: UInt64) -> Int? {
      var generator = SplitMix(seed: seed)
      return WeightedDraw.order([1, 3], by: \.self, using: &generator).first
    }
    #expect((0..<20).allSatisfy { first($0) == first($0) })
    let heavy = (0..<1000).count { first(UInt64($0) &* 0x9E37_79B9) == 3 }
    #expect(heavy > 650 && heavy < 850)
    #expect(ThreadPlace(thread: thread, target: nil).seed == 0xa1a1_a1a1_a1a1_a1a1)
  }
}
