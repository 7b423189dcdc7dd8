import NIOCore
import Shared
import TestSupport
import Testing

@Suite("Bodies that no client should send", .serialized)
struct BadBodyTests {
  private func withAPI(
    environment: [String: String] = [:], _ body: (SluiceAPI) async throws -> Void
  ) async throws {
    try await SluiceCluster.with(environment: environment) { cluster in
      let api = try await cluster.startAPI()
      try await body(api)
      #expect(try await api.get("/health").json["queue"]?["depth"] == 0, "nothing refused was queued")
      await api.process.killNow()
    }
  }

  @Test("each is refused with a sentence, and again and again costs no memory")
  func hostile() async throws {
    try await withAPI { api in
      // The first round warms the process up.
      for row in Refusal.bodies { try await row.check(api) }
      let memory = MemoryWatch(api.process)
      let rounds = try await FaultScale.current.rounds(short: 2, long: 100, share: 0.02) { _ in
        for row in Refusal.bodies { try await row.check(api) }
      }
      FaultReport.add(
        "bad input: bodies", rounds: rounds * Refusal.bodies.count, jobs: 0, note: memory.check())
    }
  }

  @Test("a million messages are refused at once where such a body is allowed at all")
  func millionMessages() async throws {
    try await withAPI(environment: ["MAX_BODY_BYTES": "67108864"]) { api in
      let row = Refusal.millionMessages
      for _ in 0..<3 { try await row.check(api) }
      // What one such body becomes takes more than all that is allowed here, so none of them may stay.
      let memory = MemoryWatch(api.process, allowance: 384 << 20)
      for _ in 0..<3 { try await row.check(api) }
      FaultReport.add("bad input: a million messages", rounds: 6, jobs: 0, note: memory.check())
    }
  }

  // MARK: - Length

  private let head = """
    POST /jobs HTTP/1.1\r\nHost: x\r\nX-API-Key: \(SluiceCluster.key)\r\nContent-Type: application/json\r\n
    """

  @Test("ten gigabytes in pieces are refused after the first, and not read")
  func endless() async throws {
    try await withAPI { api in
      let memory = MemoryWatch(api.process)
      let (answer, sent) = try await RawConnection.with(port: api.port) { connection in
        try await connection.send(head + "Transfer-Encoding: chunked\r\n\r\n")
        let outbound = connection.outbound
        return try await withThrowingTaskGroup(of: Int.self) { group in
          group.addTask {
            let piece = ByteBuffer(string: "100000\r\n" + String(repeating: " ", count: 1 << 20) + "\r\n")
            var sent = 0
            while sent < 10 << 30, (try? await outbound.write(piece)) != nil { sent += 1 << 20 }
            return sent
          }
          let answer = await connection.untilClosed()
          return (answer, try await group.next() ?? 0)
        }
      }
      #expect(answer.hasPrefix("HTTP/1.1 413") && answer.contains("Connection: close"), "\(answer)")
      // What the client's own channel throws away once it is closed counts as sent.
      #expect(sent < 10 << 30, "the connection ended before all was sent")
      memory.check()
    }
  }

  @Test("one byte over the limit in pieces is too much, and the limit itself is not")
  func pieces() async throws {
    try await withAPI(environment: ["MAX_BODY_BYTES": "1048576"]) { api in
      for (length, status) in [(1 << 20, 422), (1 << 20 + 1, 413)] {
        let text = #"{"x":""# + String(repeating: "x", count: length - 8) + #""}"#
        let chunk = String(length, radix: 16) + "\r\n" + text + "\r\n0\r\n\r\n"
        let request = ByteBuffer(string: head + "Transfer-Encoding: chunked\r\n\r\n" + chunk)
        let answer = try await RawConnection.exchange(port: api.port, request)
        #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(answer)")
      }
    }
  }

  @Test(
    "a length that is none, or a lie, makes no job",
    arguments: [
      // No length means no body.
      ("", #"{"prompt":"a"}"#, "400"), ("Content-Length: 10737418240\r\n", "{", "413"),
      ("Content-Length: 5\r\n", #"{"prompt":"a"}"#, "400"),
      ("Content-Length: -1\r\n", "{}", "400"), ("Content-Length: 99999999999999999999\r\n", "{}", "400"),
      ("Content-Length: 0x10\r\n", #"{"prompt":"aaa"}"#, "400"),
      ("Content-Length: 2\r\nContent-Length: 14\r\n", #"{"prompt":"a"}"#, "400"),
      ("Content-Length: 14\r\nTransfer-Encoding: chunked\r\n", #"{"prompt":"a"}"#, "400"),
      ("Transfer-Encoding: chunked, identity\r\n", "e\r\n{\"prompt\":\"a\"}\r\n0\r\n\r\n", "400"),
      ("Transfer-Encoding: chunked\r\n", "zz\r\n{\"prompt\":\"a\"}\r\n0\r\n\r\n", "400"),
      ("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n{}\r\n0\r\n\r\n", "400"),
    ])
  func length(lie: String, body: String, status: String) async throws {
    try await withAPI { api in
      let request = ByteBuffer(string: head + lie + "\r\n" + body)
      let answer = try await RawConnection.exchange(port: api.port, request)
      #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(answer)")
    }
  }
}

extension Refusal {
  private static func invalid(_ name: String, _ body: String) -> Refusal {
    Refusal(name: name, body: body, status: 400, type: "invalid-json")
  }

  private static func invalid(_ name: String, _ bytes: [UInt8]) -> Refusal {
    Refusal(name: name, bytes: bytes, status: 400, type: "invalid-json")
  }

  /// A prompt that holds bytes which are no UTF-8.
  private static func broken(_ name: String, _ bytes: UInt8...) -> Refusal {
    var body = Array(#"{"prompt":""#.utf8)
    body.append(contentsOf: bytes)
    body.append(contentsOf: Array(#""}"#.utf8))
    return invalid(name, body)
  }

  private static func wrong(_ fields: String) -> Refusal {
    Refusal(name: fields, body: #"{"prompt":"a",\#(fields)}"#, status: 422, type: "validation")
  }

  private static func tooMany(_ name: String, _ body: String) -> Refusal {
    Refusal(name: name, body: body, status: 422, type: "validation")
  }

  /// Bodies that are refused, each for a reason of its own.
  static let bodies: [Refusal] =
    [Refusal(name: "no body", status: 400, type: "invalid-json")] + structures + encodings + numbers + values
    + sizes

  private static let structures: [Refusal] = [
    invalid("65 levels", nested(65)), invalid("513 levels", nested(513)),
    invalid("100,000 levels", nested(100_000)),
    invalid("100,000 levels without an end", String(repeating: #"{"a":"#, count: 100_000)),
    invalid("a key twice, deep down", #"{"prompt":"a","metadata":{"k":"1","k":"2"}}"#),
    invalid("a key twice, once escaped", #"{"prompt":"a","\u0070rompt":"b"}"#),
    invalid("two values", "{}{}"), invalid("a comment", "{/**/}"), invalid("a trailing comma", "[1,]"),
  ]

  private static let encodings: [Refusal] = [
    invalid("UTF-16 with a mark", [0xFF, 0xFE, 0x7B, 0, 0x7D, 0]),
    invalid("UTF-16 without", [0, 0x7B, 0, 0x7D]), invalid("UTF-32", [0x7B, 0, 0, 0, 0x7D, 0, 0, 0]),
    broken("half a character", 0xC3, 0x28), broken("an overlong slash", 0xC0, 0xAF),
    broken("a surrogate in UTF-8", 0xED, 0xA0, 0x80), broken("past Unicode's end", 0xF5, 0x80, 0x80, 0x80),
    broken("a raw newline in a string", 0x0A), broken("a raw NUL in a string", 0),
    invalid("a low surrogate first", #"{"prompt":"\udc00\ud800"}"#),
    invalid("a high surrogate and a letter", #"{"prompt":"\ud800\u0041"}"#),
  ]

  private static let numbers: [Refusal] = [
    invalid("1e400", #"{"prompt":"a","temperature":1e400}"#),
    invalid("-1e400", #"{"prompt":"a","temperature":-1e400}"#),
    invalid("NaN", #"{"prompt":"a","temperature":NaN}"#),
    invalid("Infinity", #"{"prompt":"a","temperature":Infinity}"#),
    invalid("01", #"{"prompt":"a","max_tokens":01}"#), invalid("+1", #"{"prompt":"a","max_tokens":+1}"#),
    invalid("a million digits", "{\"seed\":" + String(repeating: "9", count: 1_000_000) + "}"),
  ]

  private static let values: [Refusal] = [
    #""max_tokens":-1"#, #""max_tokens":9007199254740993"#, #""max_tokens":99999999999999999999"#,
    #""max_tokens":true"#, #""max_tokens":"5""#, #""max_tokens":1.5"#, #""seed":99999999999999999999"#,
    #""temperature":true"#, #""temperature":-0.1"#, #""top_p":0"#, #""stop":[true]"#,
    #""stop":["a","b","c","d","e"]"#, #""metadata":{"a":1}"#, #""cache":true"#, #""model":"\u0000""#,
    #""model":"a\nb""#, #""priority":"first""#, #""__proto__":{}"#,
  ].map(wrong)

  private static let sizes: [Refusal] = [
    tooMany(
      "34,000 messages", "{\"messages\":[" + String(repeating: message + ",", count: 34_000) + message + "]}"),
    tooMany("80,000 unknown fields", "{" + (0..<80_000).map { "\"\($0)\":1" }.joined(separator: ",") + "}"),
    tooMany("half a million numbers", "[" + String(repeating: "0,", count: 500_000) + "0]"),
  ]

  private static let message = #"{"role":"user","content":"a"}"#

  static let millionMessages = Refusal(
    name: "a million messages",
    body: "{\"messages\":[" + String(repeating: message + ",", count: 999_999) + message + "]}", status: 422,
    type: "validation")
}
