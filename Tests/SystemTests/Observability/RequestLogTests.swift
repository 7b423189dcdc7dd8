import NIOCore
import Shared
import TestSupport
import Testing

@Suite("The log of requests and jobs")
struct RequestLogTests {
  private static let json = ["LOG_FORMAT": "json"]

  private func with(
    environment: [String: String] = [:], _ body: (SluiceCluster, SluiceAPI, ChildProcess) async throws -> Void
  ) async throws {
    let all = Self.json.merging(environment) { $1 }
    try await SluiceCluster.with(environment: all) { cluster in
      let api = try await cluster.startAPI()
      let worker = try await cluster.startWorker(seenBy: api)
      try await body(cluster, api, worker)
      await worker.killNow()
      await api.process.killNow()
    }
  }

  /// The line of the request that sent this id; it is written a moment after the answer.
  private func line(_ process: ChildProcess, of id: String) async throws -> JSONValue {
    try await eventually("the request \(id) has its line: \(process.log)") {
      process.lines("request").first { $0["request_id"]?.string == id }
    }
  }

  private func line(_ worker: ChildProcess, ofJob id: String) async throws -> JSONValue {
    try await eventually("the job \(id) has its line: \(worker.log)") {
      worker.lines("job").first { $0["job"]?.string == id }
    }
  }

  private let usage: JSONValue = [
    "prompt_tokens": 14, "completion_tokens": 24, "total_tokens": 38,
    "prompt_tokens_details": ["cached_tokens": 5], "completion_tokens_details": ["reasoning_tokens": 7],
  ]

  private func answer(usage: JSONValue) -> JSONValue {
    .string(
      ([
        "id": "x", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [
          ["index": 0, "message": ["role": "assistant", "content": "Blue."], "finish_reason": "length"]
        ], "usage": usage,
      ] as JSONValue).description)
  }

  @Test("a question's line says all that is known of it, and so does its job's")
  func question() async throws {
    try await with(environment: ["CASCADE": "gemini,groq"]) { cluster, api, worker in
      try await cluster.simulator.script([
        ["provider": "gemini", "behaviour": ["status": 500]],
        ["provider": "groq", "behaviour": ["raw_body": answer(usage: usage)]],
      ])
      let body: JSONValue = ["prompt": "Why is the canary-prompt sky blue?"]
      let reply = try await api.post(
        "/query?x=canary-query", body,
        headers: ["X-Request-Id": "r-1", "User-Agent": "test/1.0", "X-Sluice-User": "anna"])
      #expect(reply.status == 200, "\(reply.body)")
      let line = try await line(api.process, of: "r-1")
      let expected: [String: JSONValue] = [
        "level": "info", "logger": "sluice-api", "method": "POST", "route": "/query", "status": 200,
        "bytes_in": .integer(Int64(body.serialized().readableBytes)),
        "bytes_out": .integer(Int64(reply.body.utf8.count)), "tenant": "default", "key": "SERVICE_API_KEY",
        "user": "anna", "job": reply.json["id"] ?? .null, "model": "default",
        "target": "groq/llama-3.3-70b-versatile", "tokens_in": 14, "tokens_cached": 5, "tokens_out": 24,
        "tokens_reasoning": 7, "cost_usd": reply.json["cost_estimate_usd"] ?? .null, "cache": "miss",
        "attempts": 2, "finish_reason": "length", "client": "127.0.0.1", "user_agent": "test/1.0",
      ]
      for (name, value) in expected { #expect(line[name] == value, "\(name) in \(line)") }
      for name in ["queue_ms", "total_ms"] { #expect(line[name]?.integer != nil, "\(name) in \(line)") }
      for name in ["first_token_ms", "client_gone"] { #expect(line[name] == nil, "\(name) in \(line)") }

      let job = try await self.line(worker, ofJob: reply.json["id"]?.string ?? "")
      let ofJob = [
        "tenant", "key", "user", "job", "model", "target", "tokens_in", "tokens_cached", "tokens_out",
        "tokens_reasoning", "cost_usd", "attempts", "finish_reason",
      ]
      for name in ofJob { #expect(job[name] == line[name], "\(name) in \(job)") }
      #expect(job["state"] == "succeeded" && job["lane"] == "interactive" && job["claims"] == 1)
      for name in ["queue_ms", "total_ms"] { #expect(job[name]?.integer != nil, "\(name) in \(job)") }
      for canary in ["canary", SluiceCluster.key, "Blue."] {
        #expect(!api.process.log.contains(canary) && !worker.log.contains(canary), "\(canary)")
      }
    }
  }

  @Test("the cache's part is told: an answer of its own, one from it, one that is shared, and none")
  func cache() async throws {
    try await with { cluster, api, worker in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["latency_ms": 5000]]])
      async let first = api.post("/query", ["prompt": "Same?"], headers: ["X-Request-Id": "c-1"])
      async let second = api.post("/query", ["prompt": "Same?"], headers: ["X-Request-Id": "c-2"])
      _ = try await (first, second)
      try await cluster.simulator.script([])
      _ = try await api.post("/query", ["prompt": "Same?"], headers: ["X-Request-Id": "c-3"])
      _ = try await api.post("/query", ["prompt": "Same?", "cache": "off"], headers: ["X-Request-Id": "c-4"])
      let both = [
        try await line(api.process, of: "c-1")["cache"], try await line(api.process, of: "c-2")["cache"],
      ]
      #expect(Set(both.compactMap { $0?.string }) == ["miss", "coalesced"])
      #expect(try await line(api.process, of: "c-3")["cache"] == "hit")
      #expect(try await line(api.process, of: "c-4")["cache"] == "off")
      try await eventually("each job that the worker ended has its line") { worker.lines("job").count >= 2 }
      #expect(worker.lines("job").count == 2, "\(worker.log)")
      let metrics = try await api.metrics()
      for result in ["hit", "miss", "coalesced"] {
        #expect(metrics["sluice_cache_answers_total{result=\"\(result)\"}"] == 1, "\(metrics.text)")
      }
    }
  }

  @Test("a job that waits says for how long, by both clocks")
  func waits() async throws {
    try await SluiceCluster.with(environment: Self.json) { cluster in
      let api = try await cluster.startAPI()
      async let asked = api.post("/query", ["prompt": "Later"], headers: ["X-Request-Id": "w-1"])
      try await eventually("it is queued") {
        try await api.metrics()[#"sluice_queue_depth{lane="interactive"}"#] == 1
      }
      // Until it can be told from nothing.
      try await eventually("it grows old") {
        try await api.metrics()[#"sluice_queue_oldest_seconds{lane="interactive"}"#] >= 0.2
      }
      let worker = try await cluster.startWorker(environment: ["WORKER_PORT": "0"], seenBy: api)
      let reply = try await asked
      #expect(reply.status == 200)
      #expect(try await line(api.process, of: "w-1")["queue_ms"]?.integer ?? 0 >= 200)
      let job = try await line(worker, ofJob: reply.json["id"]?.string ?? "")
      #expect(job["queue_ms"]?.integer ?? 0 >= 200)
      let metrics = try await worker.workerMetrics()
      #expect(metrics[#"sluice_queue_wait_seconds_count{lane="interactive"}"#] == 1)
      #expect(metrics[#"sluice_queue_wait_seconds_sum{lane="interactive"}"#] >= 0.2)
      #expect(
        metrics["sluice_claim_age_seconds_count"] == 1 && metrics["sluice_claim_age_seconds_sum"] >= 0.2)
      #expect(try await api.metrics()[#"sluice_queue_depth{lane="interactive"}"#] == 0)
      await worker.killNow()
      await api.process.killNow()
    }
  }

  @Test("a stream's line comes at its end, with its bytes and when it began")
  func streams() async throws {
    try await with { cluster, api, worker in
      // Or its pieces may go out as one.
      try await cluster.simulator.script([["provider": "*", "behaviour": ["drip_ms": 50]]])
      let reply = try await StreamedReply.to(
        api.url + "/v1/chat/completions", method: .POST,
        headers: ["X-API-Key": SluiceCluster.key, "X-Request-Id": "s-1"],
        body: ["model": "default", "stream": true, "messages": [["role": "user", "content": "Why?"]]])
      #expect(reply.isWhole && reply.status == 200)
      let line = try await line(api.process, of: "s-1")
      #expect(line["route"] == "/v1/chat/completions" && line["status"] == 200)
      #expect(line["bytes_out"]?.integer ?? 0 > 100 && line["first_token_ms"]?.integer != nil, "\(line)")
      #expect(line["target"]?.string?.hasPrefix("gemini/") == true && line["tokens_out"]?.integer ?? 0 > 0)
      let job = try await self.line(worker, ofJob: line["job"]?.string ?? "")
      #expect(job["first_token_ms"]?.integer != nil, "\(job)")
      let metrics = try await api.metrics()
      #expect(
        metrics.count(of: "gen_ai_server_time_to_first_token_seconds_count", #"provider_name="gemini""#) == 1)
      #expect(metrics.count(of: "gen_ai_server_time_per_output_token_seconds_count", #"name="chat""#) == 1)
    }
  }

  @Test("who hangs up is told of")
  func clientGone() async throws {
    try await with { cluster, api, _ in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["drip_ms": 1000]]])
      _ = try await StreamedReply.to(
        api.url + "/query", method: .POST,
        headers: ["X-API-Key": SluiceCluster.key, "X-Request-Id": "g-1"],
        body: ["prompt": "Tell me a long story", "stream": true], isEnough: { _ in true })
      let line = try await line(api.process, of: "g-1")
      #expect(line["client_gone"] == true && line["client"] == "127.0.0.1", "\(line)")
    }
  }

  @Test("so is who hangs up while the whole answer is waited for")
  func clientGoneWhileWaiting() async throws {
    try await with { cluster, api, _ in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["latency_ms": 5000]]])
      let body = #"{"prompt": "Why?"}"#
      let request =
        "POST /query HTTP/1.1\r\nHost: sluice\r\nX-API-Key: \(SluiceCluster.key)\r\nX-Request-Id: g-2\r\n"
        + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
      try await RawConnection.with(port: api.port) { connection in
        try await connection.send(request)
        try await eventually("a provider is being asked") {
          try await cluster.simulator.stats()["total"]?.integer == 1
        }
      }
      let line = try await line(api.process, of: "g-2")
      #expect(line["client_gone"] == true && line["status"] == 200, "\(line)")
      #expect(line["client"] == "127.0.0.1" && line["job"] != nil, "\(line)")
    }
  }

  @Test("what is no HTTP has a line and is counted, and its answer's id is that line's")
  func unreadable() async throws {
    try await with { _, api, _ in
      for (number, head) in ["BREW /query HTTP/1.1", "GET / HTTP/1.1\r\nUser-Agent: a\u{1B}[31m"].enumerated()
      {
        let answer = try await RawConnection.exchange(
          port: api.port, ByteBuffer(string: "\(head)\r\nHost: sluice\r\n\r\n"))
        let field = try #require(answer.firstMatch(of: /(?i)\r\nx-request-id: (\S+)\r\n/), "\(answer)")
        let line = try await line(api.process, of: String(field.1))
        #expect(line["status"] == 400 && line["method"] == nil && line["client"] == "127.0.0.1", "\(line)")
        let count = #"sluice_http_request_duration_seconds_count{route="other",status="400"}"#
        #expect(try await api.metrics()[count] == Double(number + 1))
      }
    }
  }

  @Test("so has what comes behind a request in the same write, and who leaves amid a head is told of")
  func unreadableBehind() async throws {
    try await with { _, api, _ in
      let head = "GET /providers HTTP/1.1\r\nHost: sluice\r\nX-API-Key: \(SluiceCluster.key)\r\n"
      let answers = try await RawConnection.with(port: api.port) { connection in
        try await connection.send(head + "X-Request-Id: two-1\r\n\r\n\u{16}\u{3}garbage\r\n\r\n")
        return await connection.answer() + connection.answer()
      }
      let ids = answers.matches(of: /(?i)\r\nx-request-id: (\S+)\r\n/).map { String($0.1) }
      try #require(ids.count == 2 && ids[0] == "two-1", "\(answers)")
      let line = try await line(api.process, of: ids[1])
      #expect(line["status"] == 400 && line["client_gone"] == nil, "\(line)")
      try await RawConnection.with(port: api.port) { try await $0.send(head) }
      try await eventually("whoever left amid the head has a line: \(api.process.log)") {
        api.process.lines("request").contains { $0["client_gone"] == true && $0["status"] == 400 }
      }
    }
  }

  @Test("who leaves before all of a body is sent is told of")
  func clientGoneWhileSending() async throws {
    try await with { _, api, _ in
      let head =
        "POST /query HTTP/1.1\r\nHost: sluice\r\nX-API-Key: \(SluiceCluster.key)\r\nX-Request-Id: g-3\r\n"
        + "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
      try await RawConnection.with(port: api.port) { connection in
        try await connection.send(head + #"{"prompt""#)
      }
      #expect(try await line(api.process, of: "g-3")["client_gone"] == true)
    }
  }

  @Test("of an answer that broke off, its job's line says what was bought")
  func broken() async throws {
    try await with(environment: ["JOB_MAX_ATTEMPTS": "1"]) { cluster, api, worker in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["cut": "mid_body"]]])
      _ = try await StreamedReply.to(
        api.url + "/query", method: .POST,
        headers: ["X-API-Key": SluiceCluster.key, "X-Request-Id": "b-1"],
        body: ["prompt": "Why?", "stream": true])
      let request = try await line(api.process, of: "b-1")
      let job = try await line(worker, ofJob: request["job"]?.string ?? "")
      #expect(job["target"] != nil && job["target"] == request["target"], "\(job) \(request)")
      #expect(job["attempts"] == 1 && request["attempts"] == 1, "\(job) \(request)")
      #expect(job["state"] == "failed" && job["tokens_in"]?.integer ?? 0 > 0, "\(job)")
      #expect(job["cost_usd"]?.double ?? 0 > 0, "\(job)")
    }
  }

  @Test(
    "of a job that is cancelled while it runs, its worker says what was bought", arguments: [true, false])
  func cancelled(isStreamed: Bool) async throws {
    try await with(environment: ["CASCADE": "gemini"]) { cluster, api, worker in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["hang": "before_headers"]]])
      let made = try await api.post(
        "/jobs", ["prompt": "Why?", "max_tokens": 10, "stream": .bool(isStreamed)])
      let link = try #require(made.headers["location"])
      try await eventually("a provider is being asked") {
        try await cluster.simulator.stats()["in_flight"]?.integer == 1
      }
      _ = try await api.call(.DELETE, link)
      let job = try await line(worker, ofJob: made.json["id"]?.string ?? "")
      #expect(job["state"] == "cancelled" && job["tenant"] == "default", "\(job)")
      #expect(job["tokens_in"] == 5 && job["cost_usd"]?.double ?? 0 > 0, "\(job)")
      #expect(job["attempts"] == 1 && job["claims"] == 1 && job["queue_ms"] != nil, "\(job)")
    }
  }

  @Test("of a stream that everybody refused, the line has what that of a whole answer has")
  func refusedStream() async throws {
    try await with(environment: ["CASCADE": "gemini,groq"]) { cluster, api, _ in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["status": 400]]])
      for (id, isStreamed) in [("r-1", false), ("r-2", true)] {
        let body: JSONValue = [
          "model": "default", "messages": [["role": "user", "content": "Why?"]], "stream": .bool(isStreamed),
        ]
        _ = try await api.post("/v1/chat/completions", body, headers: ["X-Request-Id": id])
        let line = try await line(api.process, of: id)
        #expect(line["attempts"] == 2 && line["queue_ms"] != nil, "\(line)")
      }
    }
  }

  @Test("refusals have lines without what is not known, health and metrics have none; errors alone on demand")
  func choices() async throws {
    try await with(environment: ["ACCESS_LOG": "errors", "JOB_MAX_ATTEMPTS": "1"]) { cluster, api, worker in
      _ = try await api.get("/health", headers: ["X-Request-Id": "e-0"])
      _ = try await api.get("/metrics", headers: ["X-Request-Id": "e-0"])
      _ = try await api.post("/query", ["prompt": "Fine"], headers: ["X-Request-Id": "e-1"])
      _ = try await api.get("/canary", headers: ["X-Request-Id": "e-2", "X-API-Key": "canary"])
      _ = try await api.get("/jobs", headers: ["X-Request-Id": "e-3", "X-API-Key": "canary"])
      try await cluster.simulator.script([["provider": "*", "behaviour": ["status": 503]]])
      let failed = try await api.post("/query", ["prompt": "Bad"], headers: ["X-Request-Id": "e-4"])
      let unknown = try await line(api.process, of: "e-2")
      #expect(unknown["status"] == 404 && unknown["route"] == nil && unknown["tenant"] == nil, "\(unknown)")
      let denied = try await line(api.process, of: "e-3")
      #expect(denied["status"] == 401 && denied["route"] == "/jobs" && denied["key"] == nil, "\(denied)")
      let bad = try await line(api.process, of: "e-4")
      #expect(bad["status"]?.integer == Int64(failed.status) && bad["attempts"] == 3, "\(bad)")
      let job = try await line(worker, ofJob: bad["job"]?.string ?? "")
      #expect(job["state"] == "failed" && job["error"] == "attempts_exhausted", "\(job)")
      let ids = api.process.lines("request").compactMap { $0["request_id"]?.string }
      #expect(!ids.contains("e-0") && !ids.contains("e-1") && worker.lines("job").count == 1)
      #expect(!api.process.log.contains("canary"))
    }
  }

  @Test("each call of a provider has a line at level debug; text reads well")
  func attempts() async throws {
    try await with(environment: ["LOG_LEVEL": "debug"]) { cluster, api, worker in
      try await cluster.simulator.script([["provider": "gemini", "behaviour": ["status": 429]]])
      let reply = try await api.post("/query", ["prompt": "Why?"])
      _ = try await line(worker, ofJob: reply.json["id"]?.string ?? "")
      let attempts = worker.lines("attempt")
      #expect(attempts.map { $0["outcome"]?.string } == ["limited", "success"], "\(worker.log)")
      #expect(attempts.allSatisfy { $0["job"] == reply.json["id"] && $0["total_ms"]?.integer != nil })
      #expect(attempts.first?["target"]?.string?.hasPrefix("gemini/") == true)
    }
    try await SluiceCluster.withOneOfEach { _, api in
      _ = try await api.post("/query", ["prompt": "Why?"])
      try await api.process.waitForOutput(" INFO sluice-api: POST /query 200 in ")
      try await api.process.waitForOutput(" tenant=default key=SERVICE_API_KEY ")
    }
  }

  @Test(
    "contents are shown on demand alone, with a warning, cut, and without keys; what waits is written at the end"
  )
  func contents() async throws {
    let environment = ["LOG_CONTENT": "on", "LOG_CONTENT_BYTES": "500"]
    try await with(environment: environment) { cluster, api, worker in
      try await worker.waitForOutput("LOG_CONTENT is on")
      try await cluster.simulator.script([
        ["provider": "*", "behaviour": ["answer": "Use sk-sluice-0123456789abcdefghij"]]
      ])
      let prompt = "My key is AKIAIOSFODNN7EXAMPLE " + String(repeating: "long ", count: 300)
      let reply = try await api.post("/query", ["prompt": .string(prompt)])
      #expect(reply.status == 200)
      await worker.terminate()
      let job = try #require(worker.lines("job").first, "what was logged last is there")
      let shown = try #require(job["prompt"]?.string)
      #expect(
        shown.contains("My key is *** long") && shown.hasSuffix("…") && shown.utf8.count < 510, "\(shown)")
      #expect(job["answer"] == "Use ***")
    }
  }
}
