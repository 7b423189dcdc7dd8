import AsyncHTTPClient
import NIOCore
import Shared
import TestSupport
import Testing

@testable import Worker

@Suite("The end of a stream, over real sockets", .bounded)
struct StreamEndTests {
  private static let patient = ProviderTimeouts(
    connect: .seconds(60), firstByte: .seconds(60), idle: .seconds(60), total: .seconds(120))
  private static let events = [
    #"{"choices":[{"index":0,"delta":{"content":"Pa"},"finish_reason":null}]}"#,
    #"{"choices":[{"index":0,"delta":{"content":"ris"},"finish_reason":"stop"}]}"#,
  ]

  /// A stream in chunks, whose last one is missing unless it `ends`.
  private func script(_ data: [String], ends: Bool) -> ScriptedServer.Script {
    let chunks = data.map { data in
      let event = "data: \(data)\n\n"
      return "\(String(event.utf8.count, radix: 16))\r\n\(event)\r\n"
    }
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    return .raw(head + chunks.joined() + (ends ? "0\r\n\r\n" : ""))
  }

  private func ask(
    _ server: ScriptedServer, _ client: ProviderClient, counting bytes: AnswerBytes? = nil
  ) async throws -> Result<ProviderAnswer, ProviderFault> {
    let request = JobRequest.chat(Conversation(turns: [Turn(role: .user, text: "Hi")]))
    let endpoint = try ProviderEndpoint(ProviderFixture.openAI(baseURL: server.baseURL), model: "m")
    var unfinished: UnfinishedAnswer?
    return try await client.stream(
      endpoint.httpRequest(for: request, streams: true).0, timeouts: Self.patient, counting: bytes,
      into: endpoint.streamedAnswer(to: request, client.limits), unfinished: &unfinished, onDelta: { _ in }
    ).result
  }

  private func with(
    _ script: ScriptedServer.Script, _ body: (ScriptedServer, ProviderClient) async throws -> Void
  ) async throws {
    try await ScriptedServer.with(script) { server in
      let client = ProviderClient()
      do { try await body(server, client) } catch {
        await client.shutdown()
        throw error
      }
      await client.shutdown()
    }
  }

  @Test("the dialect's own end is the answer's, although the connection goes on; that is then let go")
  func endsAtOnce() async throws {
    try await with(script(Self.events + ["[DONE]"], ends: false)) { server, client in
      let held = HeldJobs(capacity: 1, answerLimit: 1)
      let bytes = AnswerBytes(in: held)
      let answer = try await ask(server, client, counting: bytes).get().answer
      #expect(answer.text == "Paris")
      try await eventually("the connection is let go") { server.closedConnections == 1 }
      #expect(held.room.free == 0, "the answer is held until its job ends")
    }
  }

  @Test("a dialect's end without that of the answer fails at once, and nothing of it is held")
  func cut() async throws {
    try await with(script([Self.events[0], "[DONE]"], ends: false)) { server, client in
      let held = HeldJobs(capacity: 1, answerLimit: 1)
      let bytes = AnswerBytes(in: held)
      guard case .failure(let fault) = try await ask(server, client, counting: bytes) else {
        Issue.record("it is cut short")
        return
      }
      #expect(fault.reason == "answer cut short")
      #expect(held.room.free == 1)
    }
  }

  @Test("a connection whose body ends behind the dialect's end is used again")
  func isUsedAgain() async throws {
    try await with(script(Self.events + ["[DONE]"], ends: true)) { server, client in
      for _ in 1...5 {
        let answer = try await ask(server, client).get().answer
        #expect(answer.text == "Paris")
      }
      #expect(server.requests.count == 5 && server.closedConnections == 0)
    }
  }
}
