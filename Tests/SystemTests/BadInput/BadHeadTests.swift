import NIOCore
import Shared
import TestSupport
import Testing

@Suite("Heads that no client should send", .serialized)
struct BadHeadTests {
  /// What goes over the wire, and how the answer begins.
  struct Row: Sendable {
    let name: String
    let text: String
    let answer: String

    init(_ name: String, _ text: String, _ status: Int) {
      self.name = name
      self.text = text
      answer = "HTTP/1.1 \(status) "
    }
  }

  private static let key = "X-API-Key: \(SluiceCluster.key)\r\n"
  private static let get = "GET /jobs HTTP/1.1\r\nHost: x\r\n\(key)"
  private static let body =
    "\(key)Content-Type: application/json\r\nContent-Length: 14\r\n\r\n{\"prompt\":\"a\"}"

  static let rows: [Row] = [
    Row("300 headers", get + (1...300).map { "X-\($0): a\r\n" }.joined() + "\r\n", 200),
    Row("an 81 KB header", get + "X-Large: \(String(repeating: "a", count: 81 << 10))\r\n\r\n", 431),
    Row("81 KB of small headers", get + String(repeating: "X-A: b\r\n", count: 11_000) + "\r\n", 431),
    Row("an 81 KB path", "GET /\(String(repeating: "a", count: 81 << 10)) HTTP/1.1\r\nHost: x\r\n\r\n", 431),
    Row(
      "a path of 9,000 segments", "GET \(String(repeating: "/a", count: 9000)) HTTP/1.1\r\nHost: x\r\n\r\n",
      404),
    Row("CRLF in a path", "GET /jobs\r\nX: y HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    Row("an encoded CRLF in a path", "GET /jobs/%0d%0aSet-Cookie:a HTTP/1.1\r\nHost: x\r\n\(key)\r\n", 404),
    Row("CRLF in a method", "GE\r\nT / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    Row("a lone CR in a header", get + "X-A: b\rX-B: c\r\n\r\n", 400),
    Row("a NUL in a header", get + "X-A: b\u{0}c\r\n\r\n", 400),
    Row("a folded header", get + "X-A: b\r\n c\r\n\r\n", 400),
    Row("a space before the colon", get + "X-A : b\r\n\r\n", 400),
    Row("a header without a name", get + ": b\r\n\r\n", 400),
    Row("no HTTP", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\r\n\r\n", 400),
    Row("another version", "GET / HTTP/9.9\r\nHost: x\r\n\r\n", 400),
    Row("two hosts", "GET /jobs HTTP/1.1\r\nHost: x\r\nHost: y\r\n\(key)\r\n", 200),
    Row("a method that nobody knows", "BREW /jobs HTTP/1.1\r\nHost: x\r\n\(key)\r\n", 400),
    Row("a key with a NUL", "GET /jobs HTTP/1.1\r\nHost: x\r\nX-API-Key: a\u{0}\r\n\r\n", 400),
    Row("two keys", get + "X-API-Key: other\r\n\r\n", 401),
    Row("a query of brackets", "GET /jobs?limit[]=1&limit=%ff&%00=1 HTTP/1.1\r\nHost: x\r\n\(key)\r\n", 422),
    Row("an Expect that is none", "POST /jobs HTTP/1.1\r\nHost: x\r\nExpect: 200-maybe\r\n" + body, 417),
    Row("an Expect of two", "POST /jobs HTTP/1.1\r\nHost: x\r\nExpect: 100-continue, x\r\n" + body, 417),
  ]

  @Test("each gets its status at once, and the server lives on as it was")
  func hostile() async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      func round() async throws {
        for row in Self.rows {
          let answer = try await RawConnection.exchange(port: api.port, ByteBuffer(string: row.text))
          #expect(answer.hasPrefix(row.answer), "\(row.name): \(answer.prefix(400))")
          #expect(!answer.contains("Set-Cookie: a"), "\(row.name)")
        }
      }
      try await round()
      let memory = MemoryWatch(api.process)
      let rounds = try await FaultScale.current.rounds(short: 5, long: 200, share: 0.01) { _ in
        try await round()
      }
      FaultReport.add("bad input: heads", rounds: rounds * Self.rows.count, jobs: 0, note: memory.check())
      #expect(try await api.get("/health").status == 200)
      await api.process.killNow()
    }
  }

  @Test("a request hidden in another's body is never answered")
  func smuggling() async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      let hidden = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
      let framings = [
        "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding: chunked, chunked\r\n",
        "Content-Length: 0\r\nContent-Length: 60\r\n", "Content-Length: +0\r\n",
      ]
      for framing in framings {
        let text = "POST /jobs HTTP/1.1\r\nHost: x\r\n\(Self.key)\(framing)\r\n0\r\n\r\n\(hidden)"
        let answer = try await RawConnection.with(port: api.port) { connection in
          try await connection.send(text)
          return await connection.untilClosed()
        }
        #expect(answer.hasPrefix("HTTP/1.1 400") || answer.hasPrefix("HTTP/1.1 415"), "\(framing): \(answer)")
        #expect(!answer.contains("HTTP/1.1 200"), "\(framing): the hidden request was answered")
      }
      await api.process.killNow()
    }
  }

  @Test("of X-Forwarded-For only what a trusted proxy wrote counts")
  func forged() async throws {
    let environment = ["RATE_LIMIT": "1/hour", "RATE_LIMIT_BY": "ip", "TRUSTED_PROXIES": "127.0.0.0/8"]
    try await SluiceCluster.with(environment: environment) { cluster in
      let api = try await cluster.startAPI()
      func ask(_ forwarded: String) async throws -> Int {
        try await api.post("/jobs", ["prompt": "a"], headers: ["X-Forwarded-For": forwarded]).status
      }
      #expect(try await ask("198.51.100.7") == 202)
      for forged in [
        "203.0.113.9, 198.51.100.7", "127.0.0.1, 198.51.100.7", "nonsense, 198.51.100.7",
        "198.51.100.7, 127.0.0.1", "\(String(repeating: "10.0.0.1, ", count: 1000))198.51.100.7",
      ] {
        #expect(try await ask(forged) == 429, "\(forged.prefix(60))")
      }
      #expect(try await ask("198.51.100.8") == 202)
      await api.process.killNow()
    }
  }
}
