import AsyncHTTPClient
import NIOCore
import Shared
import TestSupport
import Testing

@testable import Worker

@Suite("Calls over real sockets", .bounded)
struct ProviderClientTests {
  private static let answer = ProviderFixture.openAIAnswer()

  private static let patient = ProviderTimeouts(
    connect: .seconds(60), firstByte: .seconds(60), total: .seconds(120))

  private func withClient<Result>(
    limits: AnswerLimits = AnswerLimits(), body: (ProviderClient) async throws -> Result
  ) async throws -> Result {
    let client = ProviderClient(limits: limits)
    do {
      let result = try await body(client)
      await client.shutdown()
      return result
    } catch {
      await client.shutdown()
      throw error
    }
  }

  private func request(_ baseURL: String, prompt: String = "Hi") throws -> HTTPClient.Request {
    try ProviderEndpoint(ProviderFixture.openAI(baseURL: baseURL), model: "m")
      .httpRequest(
        for: JobRequest.chat(
          Conversation(
            turns: [Turn(role: .user, text: prompt)], parameters: Parameters(maxTokens: 256, temperature: 0.7)
          ))
      ).0
  }

  private func result(
    of script: ScriptedServer.Script
  ) async throws -> Result<ProviderResponse, ProviderFault> {
    try await ScriptedServer.with(script) { server in
      try await withClient { try await $0.send(request(server.baseURL), timeouts: Self.patient) }
    }
  }

  @Test("a response comes whole, and its connection is used again")
  func whole() async throws {
    try await ScriptedServer.with(.reply(200, Self.answer)) { server in
      try await withClient { client in
        for _ in 1...3 {
          let response = try await client.send(request(server.baseURL), timeouts: Self.patient).get()
          #expect(response.status == 200)
          #expect(String(buffer: response.body) == Self.answer)
        }
        #expect(server.closedConnections == 0)
        #expect(server.requests.count == 3)
        let first = try #require(server.requests.first)
        #expect(first.hasPrefix("POST /chat/completions HTTP/1.1\r\n"))
        #expect(first.contains("authorization: Bearer \(ProviderFixture.key.reveal())\r\n"))
        #expect(!first.contains("transfer-encoding"))
      }
    }
  }

  @Test(
    "a provider that answers before it has read all, and then hangs up, has answered, however many ask it")
  func hasty() async throws {
    try await HastyServer.with(answer: Self.answer) { server in
      let request = try request(server.baseURL, prompt: String(repeating: "x", count: 300_000))
      let answers = try await withClient { client in
        try await withThrowingTaskGroup(of: Int.self) { group in
          for _ in 1...8 {
            group.addTask {
              var answers = 0
              // A request on a connection that was hung up meanwhile is not read, and fails.
              for _ in 1...100 where try await client.send(request, timeouts: Self.patient).isAnswer {
                answers += 1
              }
              return answers
            }
          }
          return try await group.reduce(0, +)
        }
      }
      #expect(answers > 0)
      #expect(answers >= server.requests)
    }
  }

  @Test("a redirect is not followed")
  func redirect() async throws {
    try await ScriptedServer.with(.reply(200, Self.answer)) { other in
      let script = ScriptedServer.Script.reply(307, "", headers: "location: \(other.baseURL)/steal\r\n")
      let response = try await result(of: script).get()
      #expect(response.status == 307)
      #expect(other.requests.isEmpty)
      let endpoint = try ProviderEndpoint(ProviderFixture.openAI(), model: "m")
      let read = Result { () throws(ProviderFault) in
        try endpoint.answer(to: RouteFixture.request, from: response)
      }
      #expect(read.fault == .failing("redirect (307)"))
    }
  }

  @Test("silence ends as a time-out, and the connection is dropped")
  func silence() async throws {
    try await ScriptedServer.with(.silence) { server in
      try await withClient { client in
        let fault = try await client.send(
          request(server.baseURL), timeouts: ProviderTimeouts(total: .milliseconds(1500))
        ).fault
        #expect(fault == .failing("timed out before the end of the answer (1500 ms)"))
        try await eventually("the connection is dropped") { server.closedConnections == 1 }
      }
    }
  }

  @Test("an answer that stops half-way ends as a time-out, and the connection is dropped")
  func stalledBody() async throws {
    let script = ScriptedServer.Script.raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"choi")
    try await ScriptedServer.with(script) { server in
      // Long enough that the head comes in time on a busy machine.
      let timeouts = ProviderTimeouts(total: .milliseconds(2500))
      try await withClient { client in
        let fault = try await client.send(request(server.baseURL), timeouts: timeouts).fault
        #expect(fault == .failing("timed out before the end of the answer (2500 ms)"))
        try await eventually("the connection is dropped") { server.closedConnections == 1 }
      }
    }
  }

  @Test(
    "an answer that is cut, or is none, is a fault of the provider",
    arguments: [
      ("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"choi", "connection closed in mid-answer"),
      ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"ch", "connection closed in mid-answer"),
      ("", "connection closed by the provider"), ("SSH-2.0-OpenSSH_9.2\r\n", "not HTTP"),
      ("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n", "connection closed in mid-answer"),
    ])
  func cut(bytes: String, reason: String) async throws {
    let fault = try await result(of: .raw(bytes, closes: true)).fault
    #expect(fault?.kind == .failing)
    #expect(fault?.reason == reason)
  }

  @Test("a head as large as a book is refused")
  func hugeHead() async throws {
    let head = "HTTP/1.1 200 OK\r\nx-large: \(String(repeating: "x", count: 1_000_000))\r\n\r\n"
    #expect(try await result(of: .raw(head)).fault?.kind == .failing)
  }

  @Test("an endless answer is read up to the limit, then its connection is dropped")
  func tooLarge() async throws {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n"
    let script = ScriptedServer.Script.raw(head + String(repeating: " ", count: 12 * 1_048_576))
    try await ScriptedServer.with(script) { server in
      try await withClient(limits: AnswerLimits(answer: 4 << 20)) { client in
        let fault = try await client.send(request(server.baseURL), timeouts: Self.patient).fault
        #expect(fault?.kind == .tooLarge)
        #expect(fault?.reason == "answer over 4 MiB (MAX_ANSWER_BYTES), it has 99999999999 bytes")
        try await eventually("the connection is dropped") { server.closedConnections == 1 }
      }
    }
  }

  @Test("an error without an end is that error")
  func tooLargeAnError() async throws {
    let head = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 7\r\ncontent-length: 99999999999\r\n\r\n"
    let script = ScriptedServer.Script.raw(head + String(repeating: " ", count: 1 << 17))
    try await ScriptedServer.with(script) { server in
      try await withClient(limits: AnswerLimits(answer: 1 << 16)) { client in
        let fault = try await client.send(request(server.baseURL), timeouts: Self.patient).fault
        #expect(fault?.kind == .limited(resetsIn: .seconds(7)))
      }
    }
  }

  @Test("a small body that unpacks to a huge one is stopped")
  func compressionBomb() async throws {
    let bomb = CompressionBomb.gzip(unpackedSize: AnswerLimits().answer * 2)
    let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: \(bomb.count)\r\n\r\n"
    let script = ScriptedServer.Script(bytes: Array(head.utf8) + bomb)
    #expect(
      try await result(of: script).fault
        == ProviderFault(.tooLarge, "compressed answer is too large (MAX_ANSWER_BYTES)"))
  }

  @Test("an answer of 20 MiB comes whole, and is counted until its job ends")
  func large() async throws {
    let body = ProviderFixture.openAIAnswer(String(repeating: "0123456789", count: 2 << 20))
    let held = HeldJobs(capacity: 1, answerLimit: 20 << 20)
    let bytes = AnswerBytes(in: held)
    try await ScriptedServer.with(.reply(200, body)) { server in
      try await withClient { client in
        let response = try await client.send(
          request(server.baseURL), timeouts: Self.patient, counting: bytes
        ).get()
        #expect(response.body == ByteBuffer(string: body))
        #expect(held.room.free == 0)
        bytes.release()
        #expect(held.room.free == 1)
      }
    }
  }

  @Test("what came of an answer that fails is held no more")
  func failed() async throws {
    let script = ScriptedServer.Script.raw(
      "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n" + String(repeating: " ", count: 50_000),
      closes: true)
    let held = HeldJobs(capacity: 1, answerLimit: 1)
    let bytes = AnswerBytes(in: held)
    try await ScriptedServer.with(script) { server in
      try await withClient { client in
        let fault = try await client.send(
          request(server.baseURL), timeouts: Self.patient, counting: bytes
        ).fault
        #expect(fault?.reason == "connection closed in mid-answer")
        #expect(held.room.free == 1)
      }
    }
  }

  @Test("a port where nobody listens is a refused connection")
  func refused() async throws {
    let baseURL = "http://127.0.0.1:\(try RedisServer.freePort())"
    try await withClient { client in
      let fault = try await client.send(request(baseURL), timeouts: Self.patient).fault
      #expect(fault == .failing("connection refused"))
    }
  }

  @Test("a connection that is not made in time ends as a time-out of its own")
  func slowConnection() async throws {
    // It accepts, and never says a word of TLS.
    try await ScriptedServer.with(.silence) { server in
      let url = server.baseURL.replacing("http:", with: "https:")
      try await withClient { client in
        let fault = try await client.send(
          request(url), timeouts: ProviderTimeouts(connect: .milliseconds(100))
        ).fault
        #expect(fault?.kind == .failing)
        // Which of the two clocks is first: that of the connection or that of its handshake.
        #expect(fault.map { $0.reason.hasPrefix("timed out") && $0.reason.hasSuffix("(100 ms)") } == true)
      }
    }
  }

  @Test("a name that nobody knows cannot be resolved")
  func unknownHost() async throws {
    try await withClient { client in
      let fault = try await client.send(request("http://no-such-host.invalid"), timeouts: Self.patient).fault
      #expect(fault == .failing("host could not be resolved"))
    }
  }

  @Test("a server that speaks no TLS fails the handshake")
  func noTLS() async throws {
    try await PlainGreeter.with { port in
      try await withClient { client in
        let fault = try await client.send(
          request("https://127.0.0.1:\(port)"), timeouts: Self.patient
        ).fault
        #expect(fault == .failing("TLS failed"))
      }
    }
  }

  @Test("a cancelled task aborts its call")
  func cancelled() async throws {
    try await ScriptedServer.with(.silence) { server in
      try await withClient { client in
        let request = try request(server.baseURL)
        let call = Task { try await client.send(request, timeouts: Self.patient) }
        try await eventually("the request arrives") { server.requests.count == 1 }
        call.cancel()
        await #expect(throws: CancellationError.self) { _ = try await call.value }
        try await eventually("the connection is dropped") { server.closedConnections == 1 }
      }
    }
  }
}

extension Result<ProviderResponse, ProviderFault> {
  fileprivate var isAnswer: Bool { (try? get()) != nil }
}
