import NIOCore
import Shared
import TestSupport
import Testing

@Suite("Clients that ask before they send a body", .serialized)
struct ExpectTests {
  private func head(
    _ path: String, length: Int, key: String = SluiceCluster.key, type: String = "application/json"
  ) -> String {
    """
    POST \(path) HTTP/1.1\r\nHost: x\r\nX-API-Key: \(key)\r\nContent-Type: \(type)\r\nContent-Length: \(length)\r\n\
    Expect: 100-continue\r\n\r\n
    """
  }

  @Test("are told to go on at once, and answered as ever", arguments: ["/v1/chat/completions", "/jobs"])
  func goOn(path: String) async throws {
    try await SluiceCluster.withOneOfEach(environment: ["MAX_PROMPT_CHARS": "1000000"]) { _, api in
      let text = String(repeating: "x", count: 900_000)
      let body =
        path == "/jobs"
        ? #"{"prompt":"\#(text)"}"#
        : #"{"model":"default","messages":[{"role":"user","content":"\#(text)"}]}"#
      let head = head(path, length: body.utf8.count)
      let answers = try await RawConnection.with(port: api.port) { connection in
        var answers: [String] = []
        // Twice, because a connection is used again.
        for _ in 0..<2 {
          try await connection.send(head)
          let interim = await connection.text(until: "\r\n\r\n")
          guard interim == "HTTP/1.1 100 Continue\r\n\r\n" else { return [interim] }
          try await connection.send(body)
          answers.append(await connection.answer())
        }
        return answers
      }
      #expect(answers.count == 2)
      for answer in answers {
        #expect(answer.hasPrefix("HTTP/1.1 20"), "\(answer.prefix(300))")
      }
    }
  }

  @Test("are not told to send what is refused by its head")
  func refused() async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      let rows = [
        (401, head("/query", length: 900_000, key: "wrong")), (404, head("/nothing", length: 900_000)),
        (405, head("/health", length: 900_000)), (413, head("/v1/chat/completions", length: (32 << 20) + 1)),
        (415, head("/jobs", length: 900_000, type: "text/plain")),
        (422, head("/query?wait=x", length: 900_000)),
        (417, head("/jobs", length: 900_000).replacing("100-continue", with: "101-maybe")),
      ]
      for (status, head) in rows {
        let answer = try await RawConnection.exchange(port: api.port, ByteBuffer(string: head))
        #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(answer.prefix(300))")
        #expect(answer.contains("Connection: close"))
      }
      await api.process.killNow()
    }
  }
}
