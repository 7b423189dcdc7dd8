import NIOCore
import Shared
import TestSupport
import Testing

@Suite("Metrics of real processes")
struct MetricsTests {
  private static let worker = ["WORKER_PORT": "0"]
  private static let openMetrics = "application/openmetrics-text; version=1.0.0"
  private let model = "gemini-2.5-flash"

  private func with(
    environment: [String: String] = [:], _ body: (SluiceCluster, SluiceAPI, ChildProcess) async throws -> Void
  ) async throws {
    try await SluiceCluster.with(environment: Self.worker.merging(environment) { $1 }) { cluster in
      let api = try await cluster.startAPI()
      let worker = try await cluster.startWorker(seenBy: api)
      try await body(cluster, api, worker)
      await worker.killNow()
      await api.process.killNow()
    }
  }

  /// The metrics of an API once it has counted a request with these labels, which it does behind its answer.
  private func counted(_ api: SluiceAPI, _ labels: String, key: String = "") async throws -> MetricsPage {
    try await eventually("the request is counted") {
      let page = try await api.metrics(key: key)
      return page["sluice_http_request_duration_seconds_count\(labels)"] > 0 ? page : nil
    }
  }

  /// The metrics of a worker once it has done with so many jobs of `/query`, which is behind their answers.
  private func idle(_ worker: ChildProcess, after jobs: Double) async throws -> MetricsPage {
    try await eventually("the worker has counted \(jobs) jobs, and has none in its hands") {
      let page = try await worker.workerMetrics()
      return page[#"sluice_queue_wait_seconds_count{lane="interactive"}"#] == jobs
        && page[#"sluice_worker_slots{state="taken"}"#] == 0
    }
    // Another, since what was counted while that one was written may be in its later parts only.
    return try await worker.workerMetrics()
  }

  @Test("an answer is counted by route, provider, model, tokens, money and lane, on both sides")
  func answer() async throws {
    try await with { _, api, worker in
      let reply = try await api.post("/query", ["prompt": "Why?", "cache": "off"])
      let page = try await counted(api, #"{route="/query",status="200"}"#)
      #expect(page[#"sluice_redis_step_duration_seconds_count{step="admit"}"#] == 1)
      #expect(page["sluice_redis_up"] == 1 && page[#"sluice_jobs_ended_total{state="succeeded"}"#] == 1)
      let work = try await idle(worker, after: 1)
      let target = #"provider="gemini",model="\#(model)""#
      let call =
        #"gen_ai_operation_name="chat",gen_ai_provider_name="gemini",gen_ai_request_model="\#(model)""#
      let tokens = (
        input: Double(reply.json["usage"]?["prompt_tokens"]?.integer ?? -1),
        output: Double(reply.json["usage"]?["completion_tokens"]?.integer ?? -1)
      )
      #expect(work["sluice_attempts_total{\(target),outcome=\"success\"}"] == 1)
      #expect(work["gen_ai_client_operation_duration_seconds_count{\(call)}"] == 1)
      #expect(work["gen_ai_client_token_usage_sum{\(call),gen_ai_token_type=\"input\"}"] == tokens.input)
      #expect(work["gen_ai_client_token_usage_sum{\(call),gen_ai_token_type=\"output\"}"] == tokens.output)
      #expect(work["sluice_tokens_total{kind=\"input\",\(target)}"] == tokens.input)
      #expect(work["sluice_tokens_total{kind=\"output\",\(target)}"] == tokens.output)
      let cost = try #require(reply.json["cost_estimate_usd"]?.double)
      #expect(cost > 0 && abs(work["sluice_cost_usd_total{\(target)}"] - cost) < 1e-9)
      #expect(abs(work[#"sluice_tenant_cost_usd_total{tenant="default"}"#] - cost) < 1e-9)
      #expect(work[#"sluice_tenant_tokens_total{tenant="default"}"#] == tokens.input + tokens.output)
      #expect(work[#"sluice_redis_step_duration_seconds_count{step="complete"}"#] == 1)
      #expect(work[#"sluice_worker_slots{state="free"}"#] == 1000)
    }
  }

  @Test("every metric that is declared is told, by the process that its declaration names")
  func complete() async throws {
    try await with(environment: ["ADMIN_API_KEY": "admin-key"]) { cluster, api, worker in
      _ = try await StreamedReply.to(
        api.url + "/query", method: .POST, headers: ["X-API-Key": SluiceCluster.key],
        body: ["prompt": "Why?", "stream": true])
      _ = try await idle(worker, after: 1)
      _ = try await counted(api, #"{route="/query",status="200"}"#)
      let memory = Metrics.redisMemoryUsed.name
      let page = try await eventually("what Redis uses has been looked at") { () -> MetricsPage? in
        let page = try await api.metrics(key: "admin-key")
        return page.text.contains(memory) ? page : nil
      }
      let pages = (api: page, worker: try await worker.workerMetrics())
      // Needs a provider with several keys.
      for metric in Metrics.all where metric.name != Metrics.keyAttempts.name {
        let begin = "# TYPE \(metric.name) "
        if metric.source != .worker { #expect(pages.api.text.contains(begin), "\(metric.name)") }
        if metric.source != .api { #expect(pages.worker.text.contains(begin), "\(metric.name)") }
      }
      for name in ["process_resident_memory_bytes", "process_open_fds", "process_start_time_seconds"] {
        #expect(pages.api[name] > 0 && pages.worker[name] > 0, "\(name)")
      }
    }
  }

  @Test("failures, retries, dead letters and circuits are counted by what they are")
  func failures() async throws {
    let environment = [
      "CASCADE": "gemini", "JOB_MAX_ATTEMPTS": "2", "GROQ_API_KEY": "", "OPENROUTER_API_KEY": "",
    ]
    try await with(environment: environment) { cluster, api, worker in
      try await cluster.simulator.script([["provider": "gemini", "behaviour": ["status": 503]]])
      let links = try await [1, 2, 3].asyncMap { number in
        try await api.post("/jobs", ["prompt": .string("Bad \(number)"), "cache": "off"]).headers["location"]
          ?? ""
      }
      for link in links { #expect(try await api.get("\(link)?wait=120").json["status"] == "failed") }
      let target = #"provider="gemini",model="\#(model)""#
      try await eventually("the worker has counted it") {
        let work = try await worker.workerMetrics()
        return work["sluice_attempts_total{\(target),outcome=\"failed\"}"] >= 5
          && work[#"sluice_retries_total{reason="failed"}"#] >= 3
          && work["sluice_circuit_changes_total{\(target),outcome=\"opened\"}"] >= 1
      }
      let page = try await api.metrics()
      #expect(page["sluice_dead_letters_held"] == 3)
      #expect(page[#"sluice_dead_letters_total{reason="attempts_exhausted"}"#] == 3)
      try await cluster.simulator.script([["provider": "*", "behaviour": ["status": 401]]])
      _ = try await api.post("/jobs", ["prompt": "Refused", "cache": "off"])
      try await eventually("the circuit is open for both") {
        let name = "sluice_circuit_open{\(target)}"
        let seen = (try await api.metrics()[name], try await worker.workerMetrics()[name])
        return seen == (1, 1)
      }
    }
  }

  /// The tokens of a target, and of the only tenant there is.
  private func tokens(_ page: MetricsPage) -> (target: Double, tenant: Double) {
    let kinds = ["input", "output"].map {
      page["sluice_tokens_total{kind=\"\($0)\",provider=\"gemini\",model=\"\(model)\"}"]
    }
    return (kinds.reduce(0, +), page[#"sluice_tenant_tokens_total{tenant="default"}"#])
  }

  @Test("what was bought for a job that is cancelled is counted for its target and its tenant")
  func cancelled() async throws {
    try await with { cluster, api, worker in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["hang": "before_headers"]]])
      let made = try await api.post("/jobs", ["prompt": "Why?", "max_tokens": 10])
      let link = try #require(made.headers["location"])
      try await eventually("a provider is being asked") {
        try await cluster.simulator.stats()["in_flight"]?.integer == 1
      }
      #expect(try await api.call(.DELETE, link).json["status"] == "cancelled")
      // Its money is counted last.
      try await eventually("the worker has counted it") {
        try await worker.workerMetrics()[#"sluice_tenant_cost_usd_total{tenant="default"}"#] > 0
      }
      let page = try await worker.workerMetrics()
      // `Why?`, and four for the turn.
      #expect(tokens(page) == (5, 5))
    }
  }

  @Test("what an attempt has bought that is made again is counted for its target and its tenant")
  func triedAgain() async throws {
    let environment = ["CASCADE": "gemini", "GROQ_API_KEY": "", "OPENROUTER_API_KEY": ""]
    try await with(environment: environment) { cluster, api, worker in
      try await cluster.simulator.script([
        ["provider": "*", "times": 1, "behaviour": ["cut": "mid_body"]]
      ])
      let reply = try await api.post("/query", ["prompt": "Why?", "cache": "off"])
      #expect(reply.status == 200)
      let usage = reply.json["usage"]
      let used = Double((usage?["prompt_tokens"]?.integer ?? 0) + (usage?["completion_tokens"]?.integer ?? 0))
      let page = try await idle(worker, after: 1)
      #expect(page[#"sluice_retries_total{reason="failed"}"#] == 1)
      let tokens = tokens(page)
      #expect(tokens.target > used && tokens.tenant == tokens.target, "\(tokens) of \(used)")
    }
  }

  @Test("each provider that is paid for an answer is counted for its own part")
  func passedOver() async throws {
    try await with(environment: ["CASCADE": "groq,gemini"]) { cluster, api, worker in
      let empty: JSONValue = [
        "choices": [["index": 0, "message": ["role": "assistant", "content": ""], "finish_reason": "stop"]],
        "usage": ["prompt_tokens": 100, "completion_tokens": 20],
      ]
      try await cluster.simulator.script([
        ["provider": "groq", "behaviour": ["raw_body": .string(empty.description)]]
      ])
      let reply = try await api.post("/query", ["prompt": "Why?", "cache": "off"])
      #expect(reply.json["provider"] == "gemini")
      let page = try await idle(worker, after: 1)
      func read(by provider: String) -> Double? {
        let label = "sluice_tokens_total{kind=\"input\",provider=\"\(provider)\""
        return page.samples.first { $0.key.hasPrefix(label) }?.value
      }
      let asked = Double(reply.json["usage"]?["prompt_tokens"]?.integer ?? 0)
      #expect(read(by: "groq") == 100 && read(by: "gemini") == asked)
      #expect(page[#"sluice_tenant_tokens_total{tenant="default"}"#] > 120 + asked)
    }
  }

  @Test("embeddings have operation, tokens and, where they are traced, exemplars of their own")
  func embeddings() async throws {
    let trace = "1af7651916cd43dd8448eb211c80319c"
    try await WebhookReceiver.with(.status(200)) { collector in
      let environment = [
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:\(collector.port)",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json",
      ]
      try await with(environment: environment) { _, api, worker in
        let reply = try await api.post(
          "/v1/embeddings", ["model": "gemini/gemini-embedding-001", "input": "Why is the sky blue?"],
          headers: ["traceparent": "00-\(trace)-b7ad6b7169203331-01"])
        #expect(reply.status == 200)
        _ = try await idle(worker, after: 1)
        let page = try await worker.workerMetrics(accept: Self.openMetrics)
        let lines = page.text.split(separator: "\n").filter { $0.contains(#"name="embeddings""#) }
        #expect(lines.contains { $0.hasPrefix("gen_ai_client_operation_duration") && $0.contains(trace) })
        // This provider does not count: they are estimated.
        #expect(
          page.samples.contains { sample, number in
            sample.hasPrefix("gen_ai_client_token_usage_sum") && sample.contains(#"name="embeddings""#)
              && number > 0
          })
      }
    }
  }

  @Test("streamed completions are counted as such, and each histogram that knows the trace has exemplars")
  func completions() async throws {
    let trace = "1af7651916cd43dd8448eb211c80319c"
    try await WebhookReceiver.with(.status(200)) { collector in
      let environment = [
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:\(collector.port)",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json", "CASCADE": "gemini",
      ]
      try await with(environment: environment) { _, api, worker in
        let reply = try await api.post(
          "/v1/completions", ["model": "default", "prompt": "Why is", "stream": true],
          headers: ["traceparent": "00-\(trace)-b7ad6b7169203331-01"])
        #expect(reply.status == 200)
        let told = try await counted(api, #"{route="/v1/completions",status="200"}"#)
        let first = "gen_ai_server_time_to_first_token_seconds_count"
        let series = told.samples.keys.filter { $0.hasPrefix(first) }
        #expect(series.count == 1 && series.allSatisfy { $0.contains("text_completion") }, "\(series)")
        _ = try await idle(worker, after: 1)
        let lines = try await worker.workerMetrics(accept: Self.openMetrics).text.split(separator: "\n")
        for name in [
          "gen_ai_client_operation_duration_seconds", "gen_ai_client_token_usage",
          "sluice_attempt_first_token_seconds", "sluice_queue_wait_seconds",
        ] {
          #expect(lines.contains { $0.hasPrefix(name + "_bucket") && $0.contains(trace) }, "\(name)")
        }
      }
    }
  }

  @Test("what refuses a request is counted")
  func refusals() async throws {
    try await with(environment: ["RATE_LIMIT": "1/hour", "CASCADE": "gemini"]) { _, api, _ in
      let statuses = [
        try await api.post("/query", ["prompt": "One"]).status,
        try await api.post("/query", ["prompt": "Two"]).status,
      ]
      #expect(statuses == [200, 429])
      #expect(try await api.metrics()[#"sluice_refusals_total{reason="requests"}"#] == 1)
    }
    try await SluiceCluster.with(environment: ["MAX_QUEUE": "1"]) { cluster in
      let api = try await cluster.startAPI()
      #expect(try await api.post("/jobs", ["prompt": "One"]).status == 202)
      #expect(try await api.post("/jobs", ["prompt": "Two"]).status == 503)
      let page = try await api.metrics()
      #expect(page[#"sluice_refusals_total{reason="queue"}"#] == 1)
      #expect(page[#"sluice_queue_depth{lane="standard"}"#] == 1, "\(page.text)")
      await api.process.killNow()
    }
  }

  @Test("whatever clients send, there are no more series")
  func bounded() async throws {
    try await with(environment: ["METRICS_TENANTS": "1"]) { _, api, worker in
      func ask(_ number: Int) async throws {
        let name = "nonsense-\(number)"
        _ = try await api.post(
          "/query", ["prompt": .string(name), "model": .string("gemini/\(name)"), "cache": "off"],
          headers: ["User-Agent": name, "X-Sluice-User": name, "X-Request-Id": name])
        _ = try await api.get("/\(name)")
        _ = try await api.get("/jobs/\(name)")
      }
      try await ask(0)
      _ = try await idle(worker, after: 1)
      // The last of them.
      _ = try await counted(api, #"{route="/jobs/{id}",status="404"}"#)
      let before = (try await api.metrics().series, try await worker.workerMetrics().series)
      for number in 1...20 { try await ask(number) }
      let pages = (try await api.metrics(), try await idle(worker, after: 21))
      #expect(pages.0.series.subtracting(before.0) == [])
      #expect(pages.1.series.subtracting(before.1) == [])
      #expect(!pages.0.text.contains("nonsense") && !pages.1.text.contains("nonsense"))
      #expect(pages.1[#"sluice_attempts_total{provider="gemini",model="other",outcome="success"}"#] == 21)
    }
  }

  @Test("tenants are named for who may read all, and on a port of its own, where /metrics then stands alone")
  func tenants() async throws {
    let name = "sluice_tenant_requests_total"
    try await with(environment: ["ADMIN_API_KEY": "admin-key"]) { cluster, api, _ in
      _ = try await api.get("/jobs")
      // By who else may see it: a request of the tenant's own would count.
      let ofAdmin = try await eventually("it is counted") { () -> MetricsPage? in
        let page = try await api.metrics(key: "admin-key")
        return page["\(name){tenant=\"default\"}"] > 0 ? page : nil
      }
      #expect(ofAdmin["\(name){tenant=\"default\"}"] == 1)
      #expect(try await !api.metrics().text.contains(name))
      #expect(try await !api.metrics(key: SluiceCluster.key).text.contains(name))
      let other = try await cluster.startAPI(environment: ["METRICS_PORT": "0"])
      #expect(try await other.get("/metrics").status == 404)
      _ = try await other.get("/jobs")
      let port = try await other.process.port(behind: "metrics at")
      try await eventually("it is counted there") {
        let page = try await HTTPReply.to("http://127.0.0.1:\(port)/metrics")
        return MetricsPage(page.body)["\(name){tenant=\"default\"}"] == 1
      }
      await other.process.killNow()
    }
  }

  @Test("OpenMetrics is told to who asks for it, and a scrape without Redis has what is known")
  func formats() async throws {
    try await with(environment: ["REDIS_TIMEOUT_MS": "2000"]) { cluster, api, worker in
      #expect(try await api.post("/query", ["prompt": "Why?"]).status == 200)
      _ = try await counted(api, #"{route="/query",status="200"}"#)
      let open = try await api.get("/metrics", headers: ["X-API-Key": "", "Accept": Self.openMetrics])
      #expect(open.headers["content-type"]?.hasPrefix("application/openmetrics-text; version=1.0.0") == true)
      #expect(open.body.hasSuffix("# EOF\n"))
      #expect(try await worker.workerMetrics(accept: Self.openMetrics).text.hasSuffix("# EOF\n"))
      await cluster.redis.kill()
      let without = try await eventually("it is known that Redis is away") { () -> HTTPReply? in
        let reply = try await api.get("/metrics", headers: ["X-API-Key": ""])
        #expect(reply.status == 200)
        return reply.body.contains("sluice_redis_up 0") ? reply : nil
      }
      #expect(
        MetricsPage(without.body)[#"sluice_http_request_duration_seconds_count{route="/query",status="200"}"#]
          == 1)
    }
  }
}

extension Array {
  fileprivate func asyncMap<Other>(_ transform: (Element) async throws -> Other) async throws -> [Other] {
    var others: [Other] = []
    for element in self { others.append(try await transform(element)) }
    return others
  }
}
