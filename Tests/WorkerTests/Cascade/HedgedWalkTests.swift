import Shared
import TestSupport
import Testing

@testable import Worker

@Suite("Hedged routes over real sockets", .bounded)
struct HedgedWalkTests {
  /// Long enough that nobody is hedged by accident, or short because it is what is waited for.
  private static let never = Duration.seconds(60)
  private static let soon = Duration.milliseconds(20)

  private var answer: ScriptedServer.Script { .reply(200, ProviderFixture.openAIAnswer("Hello")) }

  private var stream: ScriptedServer.Script {
    let events = [
      #"{"choices":[{"index":0,"delta":{"content":"Hel"}}]}"#,
      #"{"choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}]}"#, "[DONE]",
    ]
    let body = events.map { "data: \($0)\n\n" }.joined()
    return .reply(200, body, headers: "content-type: text/event-stream\r\n")
  }

  /// The head of an answer and no more.
  private var head: ScriptedServer.Script { .raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n") }

  @Test("when the first target is slow, the second is asked; its answer wins and the first call is aborted")
  func hedged() async throws {
    try await RouteFixture.with([[.silence], [answer]], hedgeAfter: Self.soon) { cascade, servers in
      let result = try #require(try await cascade.answer(RouteFixture.request).result)
      #expect(result.provider == "two" && result.answer.text == "Hello")
      #expect(result.cascadePath.map(\.status) == [.aborted, .success])
      #expect(result.cascadePath.map(\.reason) == ["another target answered first", nil])
      #expect(
        result.cost == NanoDollars(rawValue: (14 + 2 * 24 + 14) * 1_000_000_000),
        "14 tokens read by both, 24 written by one")
      #expect(result.usedInAll.promptTokens == 28 && result.usedInAll.completionTokens == 24)
      let read = result.payments.map { "\($0.target.provider) \($0.usage.promptTokens)" }
      #expect(Set(read) == ["one 14", "two 14"], "what is paid for is counted: \(read)")
      #expect(result.usage.promptTokens == 14, "its client is told of the answer's own")
      try await eventually("the first call is aborted") { servers[0].closedConnections == 1 }
    }
  }

  @Test("a target that answers in time has no company")
  func inTime() async throws {
    try await RouteFixture.with([[answer], [answer]], hedgeAfter: Self.never) { cascade, servers in
      let result = try #require(try await cascade.answer(RouteFixture.request).result)
      #expect(result.provider == "one")
      #expect(result.cascadePath.map(\.status) == [.success])
      #expect(servers[1].requests.isEmpty)
    }
  }

  @Test("a target that has begun its answer is waited for")
  func begun() async throws {
    let timeouts = ProviderTimeouts(total: .seconds(5))
    try await RouteFixture.with([[head], [answer]], hedgeAfter: .seconds(3), timeouts: timeouts) {
      cascade, _ in
      let result = try #require(try await cascade.answer(RouteFixture.request).result)
      #expect(result.provider == "two")
      #expect(result.cascadePath.map(\.status) == [.failed, .success], "it was not overtaken but failed")
    }
  }

  @Test("a fault brings the next target at once")
  func fault() async throws {
    try await RouteFixture.with([[.reply(500, "")], [answer]], hedgeAfter: Self.never) { cascade, _ in
      let result = try #require(try await cascade.answer(RouteFixture.request).result)
      #expect(result.cascadePath.map(\.status) == [.failed, .success])
    }
  }

  @Test("what was withheld or is nothing at all brings the next target at once, and is paid for")
  func unsaid() async throws {
    for first in [
      ProviderFixture.openAIAnswer("A", finishReason: "content_filter"), ProviderFixture.openAIAnswer(""),
    ] {
      try await RouteFixture.with([[.reply(200, first)], [answer]], hedgeAfter: Self.never) { cascade, _ in
        let result = try #require(try await cascade.answer(RouteFixture.request).result)
        #expect(result.provider == "two" && result.answer.text == "Hello")
        #expect(result.cascadePath.map(\.status) == [.failed, .success])
        #expect(result.cost == NanoDollars(rawValue: 2 * (14 + 2 * 24) * 1_000_000_000))
      }
    }
  }

  @Test("nothing at all from two targets is the answer")
  func empty() async throws {
    let empty = ScriptedServer.Script.reply(200, ProviderFixture.openAIAnswer(""))
    try await RouteFixture.with([[empty], [empty], [answer]], hedgeAfter: Self.never) { cascade, servers in
      let result = try #require(try await cascade.answer(RouteFixture.request).result)
      #expect(result.provider == "one" && result.answer.isEmpty)
      #expect(servers[2].requests.isEmpty)
    }
  }

  @Test("two targets that say nothing do not take the place of a slow one that answers")
  func slowAnswer() throws {
    func turn(_ provider: String, _ ending: TargetTurn.Ending) -> TargetTurn {
      TargetTurn(Target(provider: provider, model: "m"), [], ending)
    }
    var progress = CascadeProgress(prices: .list)
    progress.add(turn("slow", .answered(ProviderAnswer(Answer("Hello", finishReason: .stop)))))
    for provider in ["one", "two"] {
      progress.add(turn(provider, .empty(ProviderAnswer(Answer("", finishReason: .stop)))))
    }
    #expect(progress.outcome.result?.provider == "slow")
  }

  @Test("when the company fails, the slow target gets other company")
  func otherCompany() async throws {
    try await RouteFixture.with([[.silence], [.reply(500, "")], [answer]], hedgeAfter: Self.soon) {
      cascade, _ in
      let result = try #require(try await cascade.answer(RouteFixture.request).result)
      #expect(result.provider == "three")
      #expect(result.cascadePath.map(\.status) == [.aborted, .failed, .success])
    }
  }

  @Test("when nobody answers, the job waits as it does without hedging")
  func nobody() async throws {
    // One after the other, so that it is known which comes first.
    try await RouteFixture.with([[.reply(500, "")], [.reply(503, "")]], hedgeAfter: Self.never) {
      cascade, _ in
      guard case .passing(_, _, let path, askedAny: true) = try await cascade.answer(RouteFixture.request)
      else {
        Issue.record("server errors pass")
        return
      }
      #expect(path.map(\.reason) == ["server error (500)", "server error (503)"])
    }
  }

  @Test("with a stream the first piece wins, and only the winner's pieces are told")
  func streamed() async throws {
    try await RouteFixture.with([[.silence], [stream]], hedgeAfter: Self.soon) { cascade, servers in
      let sink = RecordingSink()
      let result = try #require(try await cascade.answer(RouteFixture.request, deltas: sink).result)
      #expect(result.answer.text == "Hello" && sink.text == "Hello")
      #expect(sink.target == Target(provider: "two", model: "two-model"))
      #expect(sink.asked == 2)
      #expect(result.cascadePath.map(\.status) == [.aborted, .success])
      try await eventually("the first call is aborted") { servers[0].closedConnections == 1 }
    }
  }

  @Test("a stream's empty head is no beginning")
  func emptyHead() async throws {
    let head = ScriptedServer.Script.raw(
      "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 100\r\n\r\n")
    try await RouteFixture.with([[head], [stream]], hedgeAfter: Self.soon) { cascade, _ in
      let result = try #require(
        try await cascade.answer(RouteFixture.request, deltas: RecordingSink()).result)
      #expect(result.cascadePath.map(\.status) == [.aborted, .success])
    }
  }

  @Test("a stream that broke off is not gone on with by another target")
  func interrupted() async throws {
    let cut = ScriptedServer.Script.raw(
      "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 1000\r\n\r\n"
        + "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\n", closes: true)
    try await RouteFixture.with([[cut], [stream]], hedgeAfter: Self.never) { cascade, servers in
      let sink = RecordingSink()
      guard case .interrupted = try await cascade.answer(RouteFixture.request, deltas: sink) else {
        Issue.record("it broke off")
        return
      }
      #expect(sink.text == "Hel")
      #expect(servers[1].requests.isEmpty)
    }
  }

  @Test("a cancelled job aborts all its calls")
  func cancelled() async throws {
    try await RouteFixture.with([[.silence], [.silence]], hedgeAfter: Self.soon) { cascade, servers in
      let job = Task { try await cascade.answer(RouteFixture.request) }
      try await eventually("both are asked") { servers.allSatisfy { $0.requests.count == 1 } }
      job.cancel()
      await #expect(throws: CancellationError.self) { _ = try await job.value }
      try await eventually("both calls are aborted") { servers.allSatisfy { $0.closedConnections == 1 } }
    }
  }

  @Test("a target that was overtaken is known to be slow")
  func overtakenIsSlow() async throws {
    let latencies = LatencyBoard(shared: SharedLatencies())
    try await RouteFixture.with(
      [[.silence], [answer], [answer]], strategy: .fastest, hedgeAfter: Self.soon, latencies: latencies
    ) { cascade, servers in
      // One in twenty requests goes to another than the fastest first, so it may take more than one.
      for _ in 1...200 where servers[0].requests.isEmpty {
        _ = try await cascade.answer(RouteFixture.request)
      }
      let silent = try #require(latencies.latencies[Target(provider: "one", model: "one-model")])
      #expect(silent >= Self.soon)
    }
  }
}
