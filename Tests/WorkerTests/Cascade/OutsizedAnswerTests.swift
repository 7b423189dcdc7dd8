import Shared
import TestSupport
import Testing

@testable import Worker

/// A token that is read costs a dollar, one that is written two.
@Suite("Answers that are larger than is taken in", .bounded)
struct OutsizedAnswerTests {
  private static let limits = AnswerLimits(answer: 1 << 16, event: 1 << 15)
  private static let long = String(repeating: "0123456789", count: 1 << 13)

  private let answer = ScriptedServer.Script.reply(200, ProviderFixture.openAIAnswer("Hello"))
  private let large = ScriptedServer.Script.reply(200, ProviderFixture.openAIAnswer(long))

  /// Its last event is too large.
  private func stream(_ events: String...) -> ScriptedServer.Script {
    let long = Self.long.prefix(40_000)
    let events = events + ["{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\(long)\"}}]}"]
    return .reply(
      200, events.map { "data: \($0)\n\n" }.joined(), headers: "content-type: text/event-stream\r\n")
  }

  private let word = #"{"choices":[{"index":0,"delta":{"content":"Hello"}}]}"#

  private func with(
    _ scripts: [[ScriptedServer.Script]], hedgeAfter: Duration? = nil,
    body: (Cascade, [ScriptedServer]) async throws -> Void
  ) async throws {
    try await RouteFixture.with(
      scripts, hedgeAfter: hedgeAfter, retries: 3, limits: Self.limits, body: body)
  }

  private func failure(_ report: CascadeReport) throws -> JobFailure {
    guard case .failed(let failure)? = report.outcome else {
      Issue.record("the job should fail: \(report)")
      throw CancellationError()
    }
    return failure
  }

  @Test(
    "one ends its job at once: nobody is asked again, and it is paid for",
    arguments: [nil, Duration.seconds(60)])
  func whole(hedgeAfter: Duration?) async throws {
    for deltas in [nil, RecordingSink()] {
      try await with([[large], [answer]], hedgeAfter: hedgeAfter) { cascade, servers in
        let report = await cascade.walk(RouteFixture.request, deltas: deltas)
        let failure = try failure(report)
        #expect(failure.code == .answerTooLarge && failure.isDeadLetter)
        #expect(failure.message.contains("answer over 64 KiB (MAX_ANSWER_BYTES), it has "), "\(failure)")
        #expect(failure.cascadePath.map(\.status) == [.failed])
        #expect(servers[0].requests.count == 1 && servers[1].requests.isEmpty)
        #expect(report.unused?.promptTokens == 4)
      }
    }
  }

  @Test("an event costs what its stream has told, and ends the job however much of that was told")
  func event() async throws {
    let usage = #"{"choices":[],"usage":{"prompt_tokens":20,"completion_tokens":9,"total_tokens":29}}"#
    for script in [stream(usage), stream(usage, word)] {
      try await with([[script], [answer]]) { cascade, servers in
        let report = await cascade.walk(RouteFixture.request, deltas: RecordingSink())
        let failure = try failure(report)
        #expect(failure.code == .answerTooLarge)
        #expect(failure.message.contains("over 32 KiB (MAX_EVENT_BYTES)"), "\(failure)")
        #expect(servers[0].requests.count == 1 && servers[1].requests.isEmpty)
        #expect(report.unused?.promptTokens == 20 && report.unused?.completionTokens == 9)
      }
    }
    try await with([[stream()]]) { cascade, _ in
      let report = await cascade.walk(RouteFixture.request, deltas: RecordingSink())
      #expect(report.unused?.promptTokens == 4, "its prompt was read")
    }
  }

  @Test("no circuit counts them")
  func circuit() async throws {
    try await with([[large]]) { cascade, servers in
      for number in 1...7 {
        let report = await cascade.walk(RouteFixture.request)
        let path = try failure(report).cascadePath
        #expect(path.map(\.status) == [.failed])
        #expect(servers[0].requests.count == number)
      }
    }
  }

  @Test("what was withheld before it stands")
  func behindFiltered() async throws {
    let filtered = ScriptedServer.Script.reply(
      200, ProviderFixture.openAIAnswer("A", finishReason: "content_filter"))
    try await with([[filtered], [large], [answer]]) { cascade, servers in
      let result = try #require(await cascade.walk(RouteFixture.request).outcome?.result)
      #expect(result.answer.text == "A" && result.usedInAll.promptTokens == 14 + 4)
      #expect(servers[2].requests.isEmpty)
    }
  }
}
