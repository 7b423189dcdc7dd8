import Shared
import TestSupport
import Testing

@testable import Worker

/// A token that is read costs a dollar, one that is written two.
@Suite("What was bought and is not used", .bounded)
struct PurchaseTests {
  private static let dollar: Int64 = 1_000_000_000
  /// By the estimate: `Hi`, and four for the turn.
  private static let prompt = 4

  private let answer = ScriptedServer.Script.reply(200, ProviderFixture.openAIAnswer("Hello"))
  /// 14 tokens read, 24 written.
  private let filtered = ScriptedServer.Script.reply(
    200, ProviderFixture.openAIAnswer("A", finishReason: "content_filter"))

  private func stream(_ events: String..., closes: Bool = false) -> ScriptedServer.Script {
    let body = events.map { "data: \($0)\n\n" }.joined()
    return .raw(
      "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 100000000\r\n\r\n\(body)",
      closes: closes)
  }

  private func word(_ text: String) -> String {
    "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\(text)\"}}]}"
  }

  private func expect(_ purchase: Purchase?, read: Int, written: Int, by provider: String = "one") {
    #expect(purchase?.promptTokens == read && purchase?.completionTokens == written)
    #expect(purchase?.cost.rawValue == Int64(read + 2 * written) * Self.dollar)
    #expect(purchase?.provider == provider && purchase?.isUnpriced == false)
  }

  @Test("a call that is given up has bought its prompt, and what it has said")
  func givenUp() async throws {
    try await RouteFixture.with([[.silence]]) { cascade, servers in
      let job = Task { await cascade.walk(RouteFixture.request) }
      try await eventually("the request arrives") { servers[0].requests.count == 1 }
      job.cancel()
      let report = await job.value
      #expect(report.outcome == nil)
      expect(report.unused, read: Self.prompt, written: 0)
    }
    let words = [word("Twelve "), word("bytes")]
    try await RouteFixture.with([[stream(words[0], words[1])]]) { cascade, _ in
      let sink = RecordingSink()
      let job = Task { await cascade.walk(RouteFixture.request, deltas: sink) }
      try await eventually("words come") { sink.text == "Twelve bytes" }
      job.cancel()
      let report = await job.value
      #expect(report.outcome == nil)
      expect(report.unused, read: Self.prompt, written: 3)
    }
  }

  @Test("what the provider has counted of a stream that is given up stands above the estimate")
  func counted() async throws {
    let usage =
      "{\"choices\":[],\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":9,\"total_tokens\":29}}"
    try await RouteFixture.with([[stream(usage, word("Hello"))]]) { cascade, _ in
      let sink = RecordingSink()
      let job = Task { await cascade.walk(RouteFixture.request, deltas: sink) }
      try await eventually("words come") { sink.text == "Hello" }
      job.cancel()
      expect(await job.value.unused, read: 20, written: 9)
    }
  }

  @Test("what the provider says that a stream costs is what it costs, although it breaks off")
  func toldCost() async throws {
    let usage = #"{"choices":[],"usage":{"prompt_tokens":20,"completion_tokens":9,"cost":0.7}}"#
    try await RouteFixture.with([[stream(word("Hello"), usage, closes: true)]]) { cascade, _ in
      let report = await cascade.walk(RouteFixture.request, deltas: RecordingSink())
      #expect(report.unused?.cost == NanoDollars(rawValue: 700_000_000))
      #expect(report.unused?.promptTokens == 20 && report.unused?.completionTokens == 9)
    }
  }

  @Test("one that was never sent has bought nothing")
  func unsent() async throws {
    try await RouteFixture.with([[.silence]]) { cascade, servers in
      let job = Task { () -> CascadeReport in
        withUnsafeCurrentTask { $0?.cancel() }
        return await cascade.walk(RouteFixture.request)
      }
      let report = await job.value
      #expect(report.outcome == nil && report.unused == nil)
      #expect(servers[0].requests.isEmpty)
    }
  }

  @Test("a stream that breaks off has bought what it has said")
  func brokenOff() async throws {
    try await RouteFixture.with([[stream(word("Hello"), closes: true)]]) { cascade, _ in
      let report = await cascade.walk(RouteFixture.request, deltas: RecordingSink())
      guard case .interrupted? = report.outcome else {
        Issue.record("it broke off: \(report)")
        return
      }
      expect(report.unused, read: Self.prompt, written: 2)
    }
  }

  @Test(
    "a whole answer that breaks off has bought the words that came, and no more than the longest that was asked for",
    arguments: [(nil, 3), (100, 3), (2, 2)])
  func brokenWhole(maxTokens: Int?, written: Int) async throws {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n"
    let body =
      #"{"id":"chatcmpl-1234567890","object":"chat.completion","created":1790000000,"model":"a-long-name","#
      + #""choices":[{"index":0,"message":{"role":"assistant","content":"Twelve bytes"#
    var conversation = Conversation(turns: [Turn(role: .user, text: "Hi")])
    conversation.parameters.maxTokens = maxTokens
    for deltas in [nil, RecordingSink()] {
      try await RouteFixture.with([[.raw(head + body, closes: true)]]) { cascade, _ in
        let report = await cascade.walk(.chat(conversation), deltas: deltas)
        expect(report.unused, read: Self.prompt, written: written)
      }
    }
  }

  @Test("what was bought before an answer is paid with it")
  func beforeAnAnswer() async throws {
    let timeouts = ProviderTimeouts(total: .seconds(60), totalBeforeNext: .milliseconds(1500))
    try await RouteFixture.with([[.silence], [answer]], timeouts: timeouts) { cascade, _ in
      let report = await cascade.walk(RouteFixture.request)
      let result = try #require(report.outcome?.result)
      #expect(report.unused == nil)
      #expect(result.usedInAll.promptTokens == Self.prompt + 14 && result.usage.promptTokens == 14)
      #expect(result.cost.rawValue == Int64(Self.prompt + 14 + 2 * 24) * Self.dollar)
    }
  }

  @Test("an answer that was passed over was bought, also when nothing comes after it")
  func passedOver() async throws {
    try await RouteFixture.with([[filtered], [.silence]]) { cascade, servers in
      let job = Task { await cascade.walk(RouteFixture.request) }
      try await eventually("the second is asked") { servers[1].requests.count == 1 }
      job.cancel()
      let report = await job.value
      #expect(report.outcome == nil)
      expect(report.unused, read: 14 + Self.prompt, written: 24, by: "two")
    }
  }

  @Test("an answer that its provider calls broken has bought what it tells of that, however it was asked for")
  func calledBroken() async throws {
    let usage = "\"usage\":{\"prompt_tokens\":14,\"completion_tokens\":24,\"total_tokens\":38"
    let whole = ScriptedServer.Script.reply(200, ProviderFixture.openAIAnswer("A", finishReason: "error"))
    let end = "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"error\"}],\(usage)}}"
    let failed = ScriptedServer.Script.reply(200, "{\"error\":{\"message\":\"m\"},\(usage)}}")
    let streams = [stream(end), stream(word("Hello"), end)]
    for (script, deltas) in [(whole, nil), (failed, nil)]
      + ([whole, failed] + streams).map({ ($0, RecordingSink?.some(RecordingSink())) })
    {
      try await RouteFixture.with([[script]]) { cascade, _ in
        let report = await cascade.walk(RouteFixture.request, deltas: deltas)
        #expect(report.outcome?.result == nil)
        expect(report.unused, read: 14, written: 24)
      }
    }
    try await RouteFixture.with([[stream(end)], [answer]]) { cascade, _ in
      let report = await cascade.walk(RouteFixture.request, deltas: RecordingSink())
      let result = try #require(report.outcome?.result)
      #expect(result.usedInAll.promptTokens == 2 * 14 && result.usage.promptTokens == 14)
      #expect(result.cost.rawValue == 2 * (14 + 2 * 24) * Self.dollar)
    }
    try await RouteFixture.with([[stream(end.replacing("38}", with: "38,\"cost\":0.7}"))]]) { cascade, _ in
      let report = await cascade.walk(RouteFixture.request, deltas: RecordingSink())
      #expect(report.unused?.cost == NanoDollars(rawValue: 700_000_000), "its provider's own figure")
    }
  }

  @Test("a success that holds an error and tells of no usage costs nothing, however it was asked for")
  func errorInSuccess() async throws {
    try await RouteFixture.with([[.reply(200, #"{"error":{"message":"m"}}"#)]]) { cascade, _ in
      for deltas in [nil, RecordingSink()] {
        let report = await cascade.walk(RouteFixture.request, deltas: deltas)
        #expect(report.outcome?.result == nil && report.unused == nil)
      }
    }
  }

  @Test("an error costs nothing", arguments: [400, 429, 500])
  func errors(status: Int) async throws {
    try await RouteFixture.with([[.reply(status, "{}")]]) { cascade, _ in
      for deltas in [nil, RecordingSink()] {
        let report = await cascade.walk(RouteFixture.request, deltas: deltas)
        #expect(report.unused == nil)
        #expect(report.outcome?.result == nil)
      }
    }
  }

  @Test("what has no known price says so")
  func unpriced() async throws {
    try await RouteFixture.with(
      [[stream(word("Hello"), closes: true)]], unpriced: ["one"]
    ) { cascade, _ in
      let report = await cascade.walk(RouteFixture.request, deltas: RecordingSink())
      #expect(report.unused?.cost == .zero && report.unused?.isUnpriced == true)
    }
  }
}
