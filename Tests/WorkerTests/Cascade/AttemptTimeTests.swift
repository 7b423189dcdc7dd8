import Shared
import TestSupport
import Testing

@testable import Worker

@Suite("The time that a target has, over real sockets", .bounded)
struct AttemptTimeTests {
  /// Whoever waited for it would run into the suite's own limit.
  private static let never = Duration.seconds(3600)

  private var answer: ScriptedServer.Script { .reply(200, ProviderFixture.openAIAnswer("Hello")) }

  /// A stream that begins so and then falls silent.
  private func stream(_ text: String) -> ScriptedServer.Script {
    .raw("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 100000000\r\n\r\n\(text)")
  }

  private static let event = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\n"

  @Test("a stream that stops in the middle ends after its idle time, though its first event had more")
  func idle() async throws {
    let timeouts = ProviderTimeouts(firstByte: Self.never, idle: .milliseconds(1500))
    try await RouteFixture.with([[stream(Self.event)]], timeouts: timeouts) { cascade, servers in
      let sink = RecordingSink()
      guard
        case .interrupted(let message, _, _) = try await cascade.answer(RouteFixture.request, deltas: sink)
      else {
        Issue.record("it broke off")
        return
      }
      #expect(message.contains("timed out in mid-answer (1500 ms)"))
      #expect(sink.text == "Hel")
      try await eventually("the connection is dropped") { servers[0].closedConnections == 1 }
    }
  }

  @Test("a head and comments are no first event", arguments: ["", ": processing\n\n"])
  func firstEvent(beginning: String) async throws {
    // The second target has as long, on a machine that does much else.
    let timeouts = ProviderTimeouts(firstByte: .seconds(4), idle: Self.never)
    try await RouteFixture.with([[stream(beginning)], [answer]], timeouts: timeouts) { cascade, _ in
      let result = try #require(
        try await cascade.answer(RouteFixture.request, deltas: RecordingSink()).result)
      #expect(result.cascadePath.map(\.reason) == ["timed out before the first byte (4 s)", nil])
    }
  }

  @Test("a whole answer waits for no first byte")
  func whole() async throws {
    let timeouts = ProviderTimeouts(
      firstByte: .milliseconds(1), idle: .milliseconds(1), total: .milliseconds(300))
    try await RouteFixture.with([[.silence]], timeouts: timeouts) { cascade, _ in
      guard case .passing(_, _, let path, _) = try await cascade.answer(RouteFixture.request) else {
        Issue.record("a time-out passes")
        return
      }
      #expect(path.map(\.reason) == ["timed out before the end of the answer (300 ms)"])
    }
  }

  @Test(
    "a target that hangs leaves time for the next; the last has all of it",
    arguments: [nil, Duration.milliseconds(20)])
  func beforeNext(hedgeAfter: Duration?) async throws {
    let timeouts = ProviderTimeouts(total: .milliseconds(2500), totalBeforeNext: .milliseconds(300))
    try await RouteFixture.with([[.silence], [.silence]], hedgeAfter: hedgeAfter, timeouts: timeouts) {
      cascade, _ in
      guard case .passing(_, _, let path, _) = try await cascade.answer(RouteFixture.request) else {
        Issue.record("a time-out passes")
        return
      }
      let words = "timed out before the end of the answer"
      #expect(path.map(\.reason) == ["\(words) (300 ms)", "\(words) (2500 ms)"])
    }
  }

  @Test("an event of 20 MiB is told as it is, one that is too large ends the job")
  func largeEvent() async throws {
    let text = String(repeating: "0123456789", count: 2 << 20)
    let events = [
      #"{"choices":[{"index":0,"delta":{"content":"\#(text)"}}]}"#,
      #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#, "[DONE]",
    ]
    let script = ScriptedServer.Script.reply(
      200, events.map { "data: \($0)\n\n" }.joined(), headers: "content-type: text/event-stream\r\n")
    try await RouteFixture.with([[script]]) { cascade, _ in
      let sink = RecordingSink()
      let result = try #require(try await cascade.answer(RouteFixture.request, deltas: sink).result)
      #expect(result.answer.text == text && sink.text == text)
    }
    let limits = AnswerLimits(answer: 64 << 20, event: 8 << 20)
    try await RouteFixture.with([[script], [answer]], limits: limits) { cascade, servers in
      let outcome = try await cascade.answer(RouteFixture.request, deltas: RecordingSink())
      guard case .failed(let failure) = outcome else {
        Issue.record("it is larger than is taken in: \(outcome)")
        return
      }
      #expect(failure.code == .answerTooLarge && servers[1].requests.isEmpty)
      #expect(
        failure.cascadePath.map(\.reason) == ["an event of the answer over 8 MiB (MAX_EVENT_BYTES)"])
    }
  }
}
