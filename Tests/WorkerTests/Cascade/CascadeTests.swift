import Logging
import Shared
import TestSupport
import Testing

@testable import Worker

@Suite("Cascades over real sockets", .bounded)
struct CascadeTests {
  private let shared = SharedCircuits()
  private var request: JobRequest { request("default") }

  private func request(_ model: String) -> JobRequest {
    .chat(Conversation(model: model, turns: [Turn(role: .user, text: "Hi")]))
  }

  /// A cascade over two servers, `first` and `second`, in this order.
  private func withCascade(
    _ first: ScriptedServer.Script, speaking dialect: Dialect = .chat,
    then second: ScriptedServer.Script,
    body: (Cascade, _ first: ScriptedServer, _ second: ScriptedServer) async throws -> Void
  ) async throws {
    try await ScriptedServer.with(first) { one in
      try await ScriptedServer.with(second) { two in
        let client = ProviderClient()
        let catalog = ProviderCatalog(
          providers: [
            Provider(
              name: "first", dialect: dialect, baseURL: one.baseURL, access: .key(ProviderFixture.key),
              defaultModel: "first-model"),
            ProviderFixture.openAI("second", baseURL: two.baseURL),
          ], prices: .list)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let cascade = Cascade(
          catalog: catalog, client: client, board: CircuitBoard(shared: shared, logger: logger),
          quotas: QuotaBoard(catalogs: CatalogSource(catalog), shared: SharedQuotas()),
          latencies: LatencyBoard(shared: SharedLatencies()), words: UnknownWords(logger: logger))
        do { try await body(cascade, one, two) } catch {
          await client.shutdown()
          throw error
        }
        await client.shutdown()
      }
    }
  }

  private func error(_ status: Int, _ message: String = "m", headers: String = "") -> ScriptedServer.Script {
    .reply(status, #"{"error":{"message":"\#(message)"}}"#, headers: headers)
  }

  private var answer: ScriptedServer.Script { .reply(200, ProviderFixture.openAIAnswer("Hello")) }

  @Test("the first target that answers is enough")
  func firstAnswers() async throws {
    try await withCascade(answer, then: answer) { cascade, _, second in
      guard case .answered(let result, isCacheable: true) = try await cascade.answer(request) else {
        Issue.record("it should be answered")
        return
      }
      #expect(
        result.answer
          == Answer("Hello", finishReason: .stop, usage: TokenUsage(promptTokens: 14, completionTokens: 24)))
      #expect(result.provider == "first")
      #expect(result.model == "first-model")
      #expect(result.cost == .zero && result.isUnpriced, "its price is not known")
      #expect(result.cascadePath.map(\.status) == [.success])
      #expect(second.requests.isEmpty)
    }
  }

  @Test(
    "whatever the first target does, the second is asked and the path tells why",
    arguments: [
      (ScriptedServer.Script.reply(500, ""), "server error (500)"),
      (.reply(429, "", headers: "retry-after: 30\r\n"), "rate limited (429)"),
      (.reply(401, ""), "key refused (401)"), (.reply(400, ""), "request refused (400)"),
      (.reply(200, "<html>"), "not JSON"), (.reply(302, ""), "redirect (302)"),
      (
        .raw("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", closes: true),
        "connection closed in mid-answer"
      ),
      (.reply(200, ProviderFixture.openAIAnswer("A", finishReason: "content_filter")), "content filter"),
    ])
  func secondAnswers(script: ScriptedServer.Script, reason: String) async throws {
    try await withCascade(script, then: answer) { cascade, _, _ in
      guard case .answered(let result, isCacheable: true) = try await cascade.answer(request) else {
        Issue.record("the second target should answer")
        return
      }
      #expect(result.provider == "second")
      #expect(result.cascadePath.map(\.status) == [.failed, .success])
      #expect(result.cascadePath.map(\.reason) == [reason, nil])
    }
  }

  @Test("a limited target is not asked again before its limit resets")
  func limitedIsSkipped() async throws {
    try await withCascade(error(429, headers: "retry-after: 30\r\n"), then: answer) { cascade, first, _ in
      _ = try await cascade.answer(request)
      guard case .answered(let result, _) = try await cascade.answer(request) else {
        Issue.record("the second target should answer")
        return
      }
      #expect(first.requests.count == 1)
      #expect(result.cascadePath.map(\.status) == [.skipped, .success])
      #expect(result.cascadePath[0].reason?.hasPrefix("rate limited (429), resets in ") == true)
    }
  }

  @Test("five faults open the circuit; a job that meets only open ones has asked nobody")
  func circuitsOpen() async throws {
    try await withCascade(error(500), then: error(503)) { cascade, first, second in
      for _ in 1...5 {
        guard case .passing(_, _, _, askedAny: true) = try await cascade.answer(request) else {
          Issue.record("server errors pass")
          return
        }
      }
      guard case .passing(_, let retryAfter, let path, askedAny: false) = try await cascade.answer(request)
      else {
        Issue.record("nobody should be asked")
        return
      }
      #expect(retryAfter.map { $0 > .zero && $0 < .seconds(6) } == true)
      #expect(
        path.map(\.reason) == ["circuit open: server error (500)", "circuit open: server error (503)"])
      #expect(first.requests.count == 5)
      #expect(second.requests.count == 5)
    }
  }

  @Test("when every target finds fault with the request, the job fails with the first one's words")
  func requestRefused() async throws {
    try await withCascade(error(400, "context too long"), then: error(404)) { cascade, _, _ in
      guard case .failed(let failure) = try await cascade.answer(request) else {
        Issue.record("it should fail")
        return
      }
      #expect(failure.code == .requestRefused)
      #expect(failure.message == "first/first-model refused the request: context too long")
      #expect(
        failure.cascadePath.map(\.told) == ["request refused (400): context too long", "not found (404): m"])
      #expect(failure.providerError == ProviderError(message: "context too long"))
      #expect(
        failure.summary
          == "request_refused: first/first-model: request refused (400); second/second-model: not found (404)"
      )
    }
  }

  @Test("a target whose API cannot express the request is not asked, and nothing is learned of it")
  func untranslatable() async throws {
    try await withCascade(answer, speaking: .messages, then: answer) { cascade, first, _ in
      let several = Conversation(turns: [Turn(role: .user, text: "Hi")], extras: ["n": 2])
      guard case .answered(let result, _) = try await cascade.answer(.chat(several)) else {
        Issue.record("the second target should answer")
        return
      }
      #expect(result.provider == "second")
      #expect(result.cascadePath.map(\.status) == [.skipped, .success])
      #expect(result.cascadePath.map(\.reason) == ["cannot be translated", nil])
      #expect(first.requests.isEmpty)
      #expect(shared.calls.filter { $0.contains("first") }.isEmpty)
    }
  }

  @Test("a provider whose address is none leaves the job waiting: somebody may put it right")
  func wrongAddress() async throws {
    let catalog = ProviderCatalog(
      providers: [ProviderFixture.openAI("first", baseURL: "no address")], prices: .list)
    let client = ProviderClient()
    let cascade = Cascade(
      catalog: catalog, client: client, board: CircuitBoard(shared: shared),
      quotas: QuotaBoard(catalogs: CatalogSource(catalog), shared: SharedQuotas()),
      latencies: LatencyBoard(shared: SharedLatencies()),
      words: UnknownWords(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
    let outcome = try await cascade.answer(request)
    await client.shutdown()
    guard case .passing(_, _, let path, askedAny: true) = outcome else {
      Issue.record("it is not the request's fault: \(outcome)")
      return
    }
    #expect(path.map(\.status) == [.failed])
    #expect(path.map(\.reason) == ["its base URL is not one"])
  }

  @Test(
    "filters that refuse with an error end the job with their reason, an answer that was withheld goes before"
  )
  func refusedByFilter() async throws {
    let refusal = ScriptedServer.Script.reply(
      400, #"{"error":{"message":"Rephrase.","param":"prompt","code":"content_filter"}}"#)
    try await withCascade(refusal, then: refusal) { cascade, _, second in
      guard case .failed(let failure) = try await cascade.answer(request) else {
        Issue.record("there is no answer")
        return
      }
      #expect(failure.code == .requestRefused && second.requests.count == 1)
      #expect(
        failure.providerError == ProviderError(message: "Rephrase.", param: "prompt", code: "content_filter"))
    }
    let withheld = ScriptedServer.Script.reply(
      200, ProviderFixture.openAIAnswer("A", finishReason: "content_filter"))
    try await withCascade(refusal, then: withheld) { cascade, _, _ in
      guard case .answered(let result, _) = try await cascade.answer(request) else {
        Issue.record("a filtered answer is an answer")
        return
      }
      #expect(result.provider == "second" && result.answer.finishReason == .contentFilter)
      #expect(result.cascadePath.first?.told == "content filter (400): Rephrase.")
    }
  }

  @Test("when every filter withholds something, the first that has a text stands, and it is not cached")
  func contentFiltered() async throws {
    let first = ScriptedServer.Script.reply(
      200, ProviderFixture.openAIAnswer("", finishReason: "content_filter"))
    let second = ScriptedServer.Script.reply(
      200, ProviderFixture.openAIAnswer("A", finishReason: "content_filter"))
    try await withCascade(first, then: second) { cascade, _, _ in
      guard case .answered(let result, isCacheable: false) = try await cascade.answer(request) else {
        Issue.record("a refusal is an answer")
        return
      }
      #expect(result.provider == "second")
      #expect(result.answer.text == "A" && result.answer.finishReason == .contentFilter)
      #expect(result.error != nil)
      #expect(result.usage == TokenUsage(promptTokens: 14, completionTokens: 24))
      #expect(result.usedInAll == TokenUsage(promptTokens: 28, completionTokens: 48))
    }
  }

  @Test(
    "an answer with nothing in it sends the job on once, at no circuit's cost, and stands where none does better"
  )
  func empty() async throws {
    let empty = ScriptedServer.Script.reply(200, ProviderFixture.openAIAnswer(""))
    try await withCascade(empty, then: answer) { cascade, _, _ in
      guard case .answered(let result, isCacheable: true) = try await cascade.answer(request) else {
        Issue.record("the second target should answer")
        return
      }
      #expect(result.provider == "second")
      #expect(result.cascadePath.map(\.status) == [.failed, .success])
      #expect(result.cascadePath.map(\.reason) == ["empty answer", nil])
      #expect(result.usedInAll == TokenUsage(promptTokens: 28, completionTokens: 48))
    }
    for (other, times) in [(empty, 6), (error(500), 2)] {
      try await withCascade(empty, then: other) { cascade, first, second in
        for _ in 1...times {
          guard case .answered(let result, isCacheable: false) = try await cascade.answer(request) else {
            Issue.record("nothing is an answer, too")
            return
          }
          #expect(result.provider == "first" && result.answer.isEmpty && result.error == nil)
          #expect(result.answer.finishReason == .stop)
          #expect(result.cascadePath.map(\.status) == [.success, .failed])
        }
        #expect(first.requests.count == times && second.requests.count == times)
      }
    }
    #expect(shared.calls.filter { $0.hasPrefix("leaveAlone") }.isEmpty)
  }

  @Test("where there are tools, or a tool's result came last, an answer with nothing in it is as good as any")
  func emptyAfterTools() async throws {
    let empty = ScriptedServer.Script.reply(200, ProviderFixture.openAIAnswer(""))
    let call = ToolCall(id: "a", name: "f", arguments: "{}")
    let result = ToolResult(callID: "a", parts: [.text("1")])
    let requests = [
      Conversation(turns: [Turn(role: .user, text: "Hi")], tools: [.function(FunctionTool(name: "f"))]),
      Conversation(turns: [
        Turn(role: .user, text: "Hi"), Turn(role: .assistant, parts: [.toolCall(call)]),
        Turn(role: .tool, parts: [.toolResult(result)]),
      ]),
    ]
    try await withCascade(empty, then: answer) { cascade, _, second in
      for request in requests {
        guard case .answered(let result, isCacheable: false) = try await cascade.answer(.chat(request)) else {
          Issue.record("it should be answered")
          return
        }
        #expect(result.provider == "first" && result.answer.isEmpty)
      }
      #expect(second.requests.isEmpty)
    }
  }

  @Test("a wish that a target has no word for is left out, and the result names it")
  func dropped() async throws {
    let body = #"{"content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn"}"#
    try await withCascade(.reply(200, body), speaking: .messages, then: answer) { cascade, _, _ in
      let seeded = Conversation(turns: [Turn(role: .user, text: "Hi")], parameters: Parameters(seed: 1))
      guard case .answered(let result, _) = try await cascade.answer(.chat(seeded)) else {
        Issue.record("it should be answered")
        return
      }
      #expect(result.provider == "first" && result.dropped == ["seed"])
    }
  }

  @Test(
    "a model that leads nowhere is tried again soon: the configuration may be on its way",
    arguments: ["nowhere", "unknown/model"])
  func routing(model: String) async throws {
    try await withCascade(answer, then: answer) { cascade, first, _ in
      guard
        case .passing(let message, let wait, let path, askedAny: true) = try await cascade.answer(
          request(model))
      else {
        Issue.record("it counts as an attempt that may be repeated")
        return
      }
      #expect(message.contains("there is no"))
      #expect(wait == .seconds(2) && path.isEmpty)
      #expect(first.requests.isEmpty)
    }
  }

  @Test("a client's provider/model is asked alone, under its own name")
  func namedTarget() async throws {
    try await withCascade(answer, then: answer) { cascade, first, second in
      guard case .answered(let result, _) = try await cascade.answer(request("second/meta/llama")) else {
        Issue.record("it should be answered")
        return
      }
      #expect(result.model == "meta/llama")
      #expect(first.requests.isEmpty)
      #expect(second.requests.first?.contains(#""model":"meta/llama""#) == true)
    }
  }

  @Test("a cancelled job aborts its call and holds nothing against the target")
  func cancelled() async throws {
    try await withCascade(.silence, then: answer) { cascade, first, second in
      let job = Task { try await cascade.answer(request) }
      try await eventually("the request arrives") { first.requests.count == 1 }
      job.cancel()
      await #expect(throws: CancellationError.self) { _ = try await job.value }
      try await eventually("the connection is dropped") { first.closedConnections == 1 }
      #expect(second.requests.isEmpty)
    }
  }
}
