import Shared
import TestSupport
import Testing

@testable import Worker

/// A token that is read costs a dollar, one that is written two.
@Suite("An answer whose provider does not count", .bounded)
struct EstimatedUsageTests {
  private static let dollar: Int64 = 1_000_000_000
  /// By the estimate: `Hi`, and four for the turn.
  private static let prompt = 4
  private static let text = "Twelve bytes"

  private func body(usage: String?, text: String = text, message: String = "") -> String {
    "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"\(text)\"\(message)},\"finish_reason\":\"stop\"}]"
      + (usage.map { ",\"usage\":\($0)" } ?? "") + "}"
  }

  private func events(usage: String?) -> ScriptedServer.Script {
    let text = "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\(Self.text)\"}}]}"
    let end =
      "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]"
      + (usage.map { ",\"usage\":\($0)" } ?? "") + "}"
    let body = [text, end, "[DONE]"].map { "data: \($0)\n\n" }.joined()
    return .raw(
      "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
    )
  }

  private func expect(_ report: CascadeReport, read: Int, written: Int, told: [Int64]? = nil) throws {
    let result = try #require(report.outcome?.result)
    let usage = result.usedInAll
    #expect(usage.promptTokens == read && usage.completionTokens == written)
    #expect(usage.totalTokens >= read + written)
    #expect(result.cost.rawValue == Int64(read + 2 * written) * Self.dollar && !result.isUnpriced)
    guard let told else { return }
    let stored = try JSONParser.parse(result.encoded())["usage"]
    #expect(["prompt_tokens", "completion_tokens", "total_tokens"].map { stored?[$0]?.integer } == told)
  }

  @Test(
    "is not free, whole and streamed: what it does not tell is estimated, and its client is told what it told",
    arguments: [
      (nil, prompt, 3, [0, 0, 0]), ("null", prompt, 3, [0, 0, 0]), ("{}", prompt, 3, [0, 0, 0]),
      ("[]", prompt, 3, [0, 0, 0]), ("7", prompt, 3, [0, 0, 0]),
      (#"{"prompt_tokens":-10,"completion_tokens":-5,"total_tokens":-15}"#, prompt, 3, [0, 0, 0]),
      (#"{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}"#, prompt, 3, [0, 0, 0]),
      (#"{"prompt_tokens":"x","completion_tokens":null}"#, prompt, 3, [0, 0, 0]),
      (#"{"prompt_tokens":"12","completion_tokens":"7"}"#, 12, 7, [12, 7, 19]),
      (#"{"total_tokens":15}"#, prompt, 11, [0, 0, 15]),
      (#"{"prompt_tokens":10}"#, 10, 3, [10, 0, 10]),
      (#"{"prompt_tokens":10,"total_tokens":15}"#, 10, 5, [10, 0, 15]),
      (#"{"completion_tokens":9}"#, prompt, 9, [0, 9, 9]),
    ] as [(String?, Int, Int, [Int64])])
  func estimated(usage: String?, read: Int, written: Int, told: [Int64]) async throws {
    let whole = ScriptedServer.Script.reply(200, body(usage: usage))
    try await RouteFixture.with([[whole]]) { cascade, _ in
      try expect(await cascade.walk(RouteFixture.request), read: read, written: written, told: told)
    }
    try await RouteFixture.with([[events(usage: usage)]]) { cascade, _ in
      let report = await cascade.walk(RouteFixture.request, deltas: RecordingSink())
      try expect(report, read: read, written: written, told: told)
    }
  }

  @Test("is estimated with its thoughts and the arguments of its calls")
  func thoughtsAndCalls() async throws {
    let message =
      #","reasoning":"Twelve bytes","tool_calls":[{"id":"","type":"function","#
      + #""function":{"name":"","arguments":"[1, 2, 3, 4]"}}]"#
    try await RouteFixture.with([[.reply(200, body(usage: nil, message: message))]]) { cascade, _ in
      let used = try #require(await cascade.walk(RouteFixture.request).outcome?.result).usedInAll
      #expect(used.completionTokens >= 9, "a token for four bytes of all three")
    }
  }

  @Test("that is empty has read its prompt, unless it says that it has not")
  func empty() async throws {
    let nothing = ScriptedServer.Script.reply(200, body(usage: nil, text: ""))
    try await RouteFixture.with([[nothing]]) { cascade, _ in
      try expect(await cascade.walk(RouteFixture.request), read: Self.prompt, written: 0)
    }
    let told = body(usage: #"{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}"#, text: "")
    try await RouteFixture.with([[.reply(200, told)]]) { cascade, _ in
      try expect(await cascade.walk(RouteFixture.request), read: 0, written: 0)
    }
  }

  @Test("of embeddings has read its texts, or what its total says")
  func embeddings() async throws {
    func body(_ usage: String) -> ScriptedServer.Script {
      .reply(200, "{\"data\":[{\"index\":0,\"embedding\":[0.5]}]\(usage)}")
    }
    let request = JobRequest.embedding(EmbeddingRequest(model: "default", input: "Twelve bytes"))
    try await RouteFixture.with([[body("")]]) { cascade, _ in
      try expect(await cascade.walk(request), read: request.estimatedTokens, written: 0)
    }
    try await RouteFixture.with([[body(",\"usage\":{\"total_tokens\":9}")]]) { cascade, _ in
      try expect(await cascade.walk(request), read: 9, written: 0)
    }
  }
}
