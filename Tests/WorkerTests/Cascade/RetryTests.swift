import Shared
import TestSupport
import Testing

@testable import Worker

@Suite("Retries on the same target", .bounded)
struct RetryTests {
  private static let answer = ScriptedServer.Script.reply(200, ProviderFixture.openAIAnswer("Hello"))

  /// What a route with one retry does when its first target first does what `script` says.
  private func result(
    of script: ScriptedServer.Script, retries: Int = 1
  ) async throws -> (result: JobResult, requests: Int) {
    try await RouteFixture.with([[script, Self.answer], [Self.answer]], retries: retries) {
      cascade, servers in
      let result = try #require(try await cascade.answer(RouteFixture.request).result)
      return (result, servers[0].requests.count)
    }
  }

  @Test(
    "a fault that may pass is answered by asking again",
    arguments: [
      ScriptedServer.Script.reply(500, ""), .reply(503, "", headers: "retry-after: 0\r\n"), .reply(529, ""),
      .reply(429, "", headers: "retry-after-ms: 100\r\n"),
      .reply(408, "", headers: "retry-after-ms: 100\r\n"),
      .reply(400, "", headers: "x-should-retry: true\r\n"), .raw("", closes: true),
      .raw("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", closes: true),
    ])
  func retried(script: ScriptedServer.Script) async throws {
    let (result, requests) = try await result(of: script)
    #expect(result.provider == "one")
    #expect(result.cascadePath.map(\.provider) == ["one", "one"])
    #expect(result.cascadePath.map(\.status) == [.failed, .success])
    #expect(requests == 2)
  }

  @Test(
    "a fault that stays, or that says when it ends, is the next target's turn",
    arguments: [
      ScriptedServer.Script.reply(400, ""), .reply(401, ""), .reply(404, ""), .reply(504, ""),
      .reply(429, ""),
      .reply(429, "", headers: "retry-after: 30\r\n"), .reply(503, "", headers: "retry-after: 30\r\n"),
      .reply(500, "", headers: "x-should-retry: false\r\n"), .reply(200, "<html>"),
    ])
  func notRetried(script: ScriptedServer.Script) async throws {
    let (result, requests) = try await result(of: script)
    #expect(result.cascadePath.map(\.provider) == ["one", "two"])
    #expect(requests == 1)
  }

  @Test("a route that does not ask for it retries nothing")
  func off() async throws {
    let (result, requests) = try await result(of: .reply(500, ""), retries: 0)
    #expect(result.provider == "two")
    #expect(requests == 1)
  }

  @Test("retries end, and the next target is asked")
  func ends() async throws {
    try await RouteFixture.with([[.reply(500, "")], [Self.answer]], retries: 3) { cascade, servers in
      let result = try #require(try await cascade.answer(RouteFixture.request).result)
      #expect(result.provider == "two")
      #expect(servers[0].requests.count == 4)
    }
  }

  @Test("a circuit that opens meanwhile ends the retries, and the job knows that it asked")
  func circuitOpens() async throws {
    try await RouteFixture.with([[.reply(500, "")]], retries: 3) { cascade, servers in
      for _ in 1...2 {
        guard case .passing(_, _, _, askedAny: true) = try await cascade.answer(RouteFixture.request) else {
          Issue.record("it was asked")
          return
        }
      }
      #expect(servers[0].requests.count == 5, "five faults open the circuit")
    }
  }
}
