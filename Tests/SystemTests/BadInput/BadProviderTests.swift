import NIOCore
import Shared
import TestSupport
import Testing

@Suite("Providers that answer badly", .serialized)
struct BadProviderTests {
  /// What a provider does, and what is said of the attempt.
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let behaviour: JSONValue
    /// The beginning of the attempt's reason.
    let reason: String

    init(_ name: String, _ behaviour: JSONValue, _ reason: String) {
      self.name = name
      self.behaviour = behaviour
      self.reason = reason
    }

    var testDescription: String { name }
    /// By which the simulator knows the row.
    var prompt: String { "\(name)." }
    var takesAllTime: Bool { reason.hasPrefix("timed out") }
  }

  private static let manyHeaders = JSONValue.object(
    JSONObject(uniqueKeysWithValues: (1...300).map { ("x-\($0)", .string("a")) }))

  static let rows: [Row] = [
    Row("an answer without an end", ["endless": true], "answer over 8 MiB"),
    Row("no first byte", ["hang": "before_headers"], "timed out before the end of the answer"),
    Row("a head and no body", ["hang": "before_body"], "timed out before the end of the answer"),
    Row("a body that stops", ["hang": "mid_body"], "timed out before the end of the answer"),
    Row("one byte now and then", ["drip_ms": 500], "timed out before the end of the answer"),
    Row("a cut before the head", ["cut": "before_headers"], "connection closed"),
    Row("a cut in the body", ["cut": "mid_body"], "connection closed in mid-answer"),
    Row(
      "a header of a megabyte", ["headers": ["x-large": .string(String(repeating: "a", count: 1 << 20))]],
      "too many or too large headers"),
    Row("a quarter megabyte of headers", ["huge_headers": true], "headers over 64 KiB"),
    Row("300 headers", ["headers": manyHeaders], "too many or too large headers"),
    Row("HTML with 200", ["body": "html"], ""), Row("nothing with 200", ["body": "empty"], ""),
    Row("half a JSON", ["body": "truncated_json"], ""), Row("no UTF-8", ["body": "garbage"], ""),
    Row("an error object with 200", ["body": "error_200"], ""),
    Row("JSON 100,000 deep", ["raw_body": .string(String(repeating: "[", count: 100_000))], ""),
    Row("another JSON", ["raw_body": #"{"answer":1}"#], ""),
    Row("a wrong type", ["raw_body": #"{"choices":7}"#], ""),
    Row("a redirect", ["redirect": "http://127.0.0.1:1/", "status": 307], "redirect (307)"),
    Row("a small body that unpacks to 258 MiB", ["gzip_bomb": true], "compressed answer is too large"),
    Row("gzip that is none", ["headers": ["content-encoding": "gzip"], "raw_body": "no gzip"], ""),
    Row("a far Retry-After", ["status": 429, "retry_after": 1_000_000_000], "rate limited (429)"),
    Row("a negative Retry-After", ["status": 503, "headers": ["retry-after": "-5"]], ""),
  ]

  /// The cascade ends with the provider that is to be looked at, and each call is the last.
  private static let environment = [
    "CASCADE": "groq", "JOB_MAX_ATTEMPTS": "1", "PROVIDER_TOTAL_TIMEOUT": "15",
    "MAX_ANSWER_BYTES": "8388608",
  ]

  @Test("each is a failed attempt with its reason, is not cached, and costs the worker no memory")
  func table() async throws {
    try await SluiceCluster.with(environment: Self.environment) { cluster in
      let api = try await cluster.startAPI()
      let worker = try await cluster.startWorker(seenBy: api)
      try await round(cluster, api, "first")
      let memory = MemoryWatch(worker)
      let rounds = try await FaultScale.current.rounds(short: 1, long: 20, share: 0.03) { number in
        try await round(cluster, api, "\(number)")
      }
      FaultReport.add("bad input: providers", rounds: rounds * Self.rows.count, jobs: 0, note: memory.check())
      let cached = try await cluster.withQueue { _, redis in
        try await redis.send(RedisCommand("KEYS", "*cache:*")).array
      }
      #expect(cached?.isEmpty == true, "nothing of that is an answer")
      await worker.killNow()
      await api.process.killNow()
    }
  }

  private func round(_ cluster: SluiceCluster, _ api: SluiceAPI, _ name: String) async throws {
    try await cluster.simulator.script(
      .array(
        Self.rows.map { row in
          ["provider": "groq", "prompt_contains": .string(row.prompt), "behaviour": row.behaviour]
        }))
    for row in Self.rows where !row.takesAllTime { try await check(row, api, name) }
    // Their time is so long that no other answer runs into it, so they pass it together.
    try await withThrowingTaskGroup(of: Void.self) { group in
      for row in Self.rows where row.takesAllTime { group.addTask { try await check(row, api, name) } }
      try await group.waitForAll()
    }
  }

  private func check(_ row: Row, _ api: SluiceAPI, _ name: String) async throws {
    // A model of its own, so that no circuit is open.
    let model = "groq/\(row.name)-\(name)".replacing(" ", with: "-")
    let reply = try await api.post("/query", ["prompt": .string(row.prompt), "model": .string(model)])
    #expect(reply.status == 502, "\(row.name): \(reply.body)")
    let attempt = reply.json["cascade_path"]?[0]
    #expect(attempt?["status"] == "failed", "\(row.name): \(reply.body)")
    #expect(attempt?["reason"]?.string?.hasPrefix(row.reason) == true, "\(row.name): \(reply.body)")
  }

  @Test("what is said besides the answer is taken with a grain of salt")
  func absurd() async throws {
    try await SluiceCluster.withOneOfEach(environment: Self.environment) { cluster, api in
      let answer = "a\n\ndata: {\"x\":1}\n\nevent: done\r\n\u{2028}\u{0}"
      let behaviours: [(JSONValue, JSONValue)] = [
        (["usage": ["prompt": -5, "completion": -7], "answer": .string(answer)], 0),
        (["usage": ["prompt": 1_000_000_000_000_000, "completion": 1], "answer": .string(answer)], 1),
      ]
      for (behaviour, completion) in behaviours {
        try await cluster.simulator.script([["provider": "groq", "behaviour": behaviour]])
        let reply = try await api.post("/query", ["prompt": "a", "cache": "off"])
        #expect(reply.status == 200 && reply.json["response"] == .string(answer), "\(reply.body)")
        #expect(reply.json["usage"]?["completion_tokens"] == completion, "\(reply.body)")
        for name in ["prompt_tokens", "total_tokens"] {
          let count = reply.json["usage"]?[name]?.integer ?? -1
          #expect(count >= 0 && count < 1 << 32, "\(reply.body)")
        }
      }
    }
  }
}
