import Foundation
import Shared
import TestSupport
import Testing

@Suite("Traces through real processes")
struct TraceTests {
  private let client = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0"
  private let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

  private func environment(_ collector: WebhookReceiver) -> [String: String] {
    [
      "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:\(collector.port)",
      "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json", "OTEL_BSP_SCHEDULE_DELAY": "50",
    ]
  }

  /// An API and a worker that export to a collector. `body` is given what has come once both have stopped.
  private func traced(
    _ more: [String: String] = [:], _ ask: (SluiceCluster, SluiceAPI) async throws -> Void,
    _ check: ([ReceivedSpan]) throws -> Void
  ) async throws {
    try await WebhookReceiver.with(.status(200)) { collector in
      try await SluiceCluster.with(environment: environment(collector).merging(more) { $1 }) { cluster in
        let api = try await cluster.startAPI()
        let worker = try await cluster.startWorker(seenBy: api)
        try await ask(cluster, api)
        await worker.terminate()
        await api.process.terminate()
      }
      try check(ReceivedSpan.all(at: collector))
    }
  }

  @Test("a request's spans are one tree, from its client through API, queue and worker")
  func tree() async throws {
    let headers = ["traceparent": client + "1", "tracestate": "a=b"]
    try await traced { _, api in
      let reply = try await api.post("/query", ["prompt": "Why?"], headers: headers)
      #expect(reply.status == 200)
    } _: { spans in
      #expect(
        Set(spans.map(\.name)) == [
          "POST /query", "admit interactive", "process interactive", "queue interactive",
          "chat gemini-2.5-flash",
        ])
      #expect(spans.count == 5 && spans.orphans(beside: ["b7ad6b7169203331"]).isEmpty)
      #expect(spans.allSatisfy { $0.trace == "0af7651916cd43dd8448eb211c80319c" && $0.state == "a=b" })
      let request = try #require(spans.named("POST").first)
      let admission = try #require(spans.named("admit").first)
      let job = try #require(spans.named("process").first)
      let attempt = try #require(spans.named("chat").first)
      #expect(request.parent == "b7ad6b7169203331" && admission.parent == request.id)
      #expect(job.parent == admission.id && attempt.parent == job.id)
      #expect([request, admission, job, attempt].map(\.kind) == [2, 4, 5, 3])
      #expect(request.service == "sluice-api" && job.service == "sluice-worker")
      #expect(request.attributes["http.route"] == "/query")
      #expect(request.attributes["http.response.status_code"] == "200")
      #expect(attempt.attributes["gen_ai.provider.name"] == "gcp.gemini")
      #expect(attempt.attributes["gen_ai.usage.input_tokens"]?.string != nil)
      #expect(
        !attempt.attributes.keys.contains { $0.contains("messages") || $0.contains("value") }, "no content")
      #expect(job.attributes["messaging.message.id"] == request.attributes["sluice.job.id"])
    }
  }

  @Test("whichever way requests are answered, each trace is one tree without orphans")
  func everyWay() async throws {
    try await traced(["ADMIN_API_KEY": "admin-key"]) { cluster, api in
      _ = try await api.post("/query", ["prompt": "twice"])
      _ = try await api.post("/query", ["prompt": "twice"])
      let stream = try await api.stream(
        "/query", method: .POST, body: ["prompt": "streamed", "stream": true])
      #expect(stream.events.last?.name == "done")
      try await cluster.simulator.script([
        ["provider": "*", "times": 1, "behaviour": ["status": 503, "latency_ms": 5000]],
        ["provider": "*", "times": 2, "behaviour": ["status": 503]],
        ["provider": "*", "times": 1, "behaviour": ["latency_ms": 1]],
        ["provider": "*", "times": 1, "behaviour": ["hang": "before_headers"]],
        ["provider": "*", "behaviour": ["status": 400]],
      ])
      // All three fail for a passing reason, and the job is tried again; an equal one follows its call.
      async let leader = api.post("/query", ["prompt": "shared"])
      try await eventually("the call is under way") {
        try await cluster.simulator.stats()["in_flight"]?.integer == 1
      }
      let follower = try await api.post("/query", ["prompt": "shared"])
      let statuses = (try await leader.status, follower.status)
      #expect(statuses == (200, 200) && follower.headers["x-cache"] == "coalesced")
      let link = try #require(
        try await api.post("/jobs", ["prompt": "cancelled"]).headers["location"])
      // Or the next request would meet what it was to meet.
      try await eventually("its provider is asked") {
        try await cluster.simulator.stats()["in_flight"]?.integer == 1
      }
      _ = try await api.call(.DELETE, link)
      #expect(try await api.post("/query", ["prompt": "refused"]).status == 502)
    } _: { spans in
      #expect(spans.orphans().isEmpty, "\(spans.orphans())")
      #expect(spans.roots.values.allSatisfy { $0 == 1 })
      #expect(Set(spans.map { "\($0.trace) \($0.id)" }).count == spans.count)
      let jobs = spans.named("process")
      #expect(jobs.filter { $0.attributes["sluice.job.state"] == "cancelled" }.count == 1)
      #expect(jobs.filter { $0.isError && $0.attributes["error.type"] == "request_refused" }.count == 1)
      #expect(spans.named("admit").contains { $0.attributes["sluice.admission"] == "hit" })
      let follower = try #require(jobs.first { $0.attributes["sluice.admission"] == "coalesced" })
      #expect(jobs.map(\.id).contains(try #require(follower.links.first)))
      let failed = spans.named("chat").filter { $0.attributes["http.response.status_code"] == "503" }
      #expect(failed.count == 3 && failed.allSatisfy { $0.isError && $0.attributes["error.type"] == "503" })
      #expect(failed.dropFirst().allSatisfy { span in failed.contains { span.links.contains($0.id) } })
      #expect(spans.named("chat").contains { $0.events == ["gen_ai.first_token"] })
      let retry = try #require(spans.named("retry").first)
      #expect(failed.contains { retry.links == [$0.id] })
      #expect(spans.named("chat").filter { $0.links.contains(retry.id) }.count == 1)
    }
  }

  @Test("a worker that is killed leaves a tree: whoever ends the job exports its span")
  func killedWorker() async throws {
    try await WebhookReceiver.with(.status(200)) { collector in
      try await SluiceCluster.with(environment: environment(collector)) { cluster in
        let api = try await cluster.startAPI()
        let first = try await cluster.startWorker(seenBy: api)
        try await cluster.simulator.script([
          ["provider": "gemini", "times": 1, "behaviour": ["status": 503]],
          ["provider": "*", "times": 1, "behaviour": ["hang": "before_headers"]],
        ])
        let link = try #require(try await api.post("/jobs", ["prompt": "Why?"]).headers["location"])
        try await eventually("its second attempt hangs") {
          let stats = try await cluster.simulator.stats()
          return stats["total"] == 2 && stats["in_flight"] == 1
        }
        let second = try await cluster.startWorker(seenBy: api)
        await first.killNow()
        let job = try await api.get("\(link)?wait=120")
        #expect(job.json["status"] == "succeeded" && job.json["attempts"] == 2)
        await second.terminate()
        await api.process.terminate()
      }
      let spans = ReceivedSpan.all(at: collector)
      #expect(spans.orphans().isEmpty)
      let job = try #require(spans.named("process").first)
      #expect(spans.named("process").count == 1 && !spans.named("chat").isEmpty)
      #expect(spans.named("chat").allSatisfy { $0.parent == job.id })
      #expect(Set(spans.flatMap(\.links)).isSubset(of: spans.map(\.id)), "no link to what nobody exported")
    }
  }

  @Test(
    "a webhook is in its job's trace, each call of it a span, and its receiver is told with the client's baggage"
  )
  func webhook() async throws {
    let more = ["WEBHOOK_SECRET": secret, "ALLOW_HTTP_CALLBACKS": "true", "CALLBACK_NETWORKS": "127.0.0.0/8"]
    try await WebhookReceiver.with(.status(500, headers: ["retry-after": "0"]), .status(204)) { receiver in
      try await traced(more) { _, api in
        let baggage = (0..<100).map { "k\($0)=" + String(repeating: "v", count: 96) }.joined(separator: ",")
        let headers = ["traceparent": client + "1", "baggage": baggage]
        _ = try await api.post(
          "/jobs", ["prompt": "Call me", "callback_url": .string(receiver.url)], headers: headers)
        try await eventually("the receiver is called twice") { receiver.requests.count == 2 }
        let told = try #require(receiver.requests.last?.headers["baggage"])
        #expect(baggage.hasPrefix(told) && told.utf8.count > 8000 && told.utf8.count <= 8192)
      } _: { spans in
        let job = try #require(spans.named("process").first)
        let calls = spans.named("POST webhook")
        #expect(calls.count == 2 && calls.allSatisfy { $0.parent == job.id && $0.kind == 3 })
        #expect(calls.filter(\.isError).map { $0.attributes["error.type"] } == ["500"])
        #expect(calls.filter(\.isError).map { $0.attributes["http.response.status_code"] } == ["500"])
        let told = receiver.requests.compactMap { $0.headers["traceparent"] }
        #expect(Set(told) == Set(calls.map { "00-\($0.trace)-\($0.id)-01" }))
        #expect(!calls.contains { $0.attributes.values.contains { $0.string?.contains("team") == true } })
      }
    }
  }

  @Test("a client's trace that is not recorded goes through to a provider that takes it, and leaves no span")
  func carriedOn() async throws {
    let folder = URL(filePath: "/tmp/sluice-traces-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await WebhookReceiver.with(.status(200)) { collector in
      try await SluiceCluster.with(environment: environment(collector)) { cluster in
        let config = folder.appending(path: "sluice.yaml")
        let text = ["openai", "groq"].map { name in
          "  - {name: \(name), dialect: openai, base_url: \"\(cluster.simulator.baseURL(for: name))\", "
            + "key: {env: OPENAI_KEY}, "
            + "models: [m]\(name == "openai" ? ", traceparent: true" : "")}\n"
        }
        try Data(("providers:\n" + text.joined()).utf8).write(to: config)
        let told = ["SLUICE_CONFIG": config.path(), "OPENAI_KEY": "k"]
        let api = try await cluster.startAPI(environment: told)
        let worker = try await cluster.startWorker(environment: told, seenBy: api)
        for name in ["openai", "groq"] {
          _ = try await api.post(
            "/query", ["prompt": "Why?", "model": .string("\(name)/m"), "cache": "off"],
            headers: ["traceparent": client + "0", "tracestate": "a=b", "baggage": "k=v"])
        }
        let taking = try #require(try await cluster.simulator.requests(provider: "openai").first?["headers"])
        #expect(taking["traceparent"]?.string?.hasPrefix(String(client.prefix(36))) == true)
        #expect(taking["traceparent"]?.string?.hasSuffix("-00") == true && taking["tracestate"] == "a=b")
        #expect(taking["baggage"] == nil)
        let other = try #require(try await cluster.simulator.requests(provider: "groq").first?["headers"])
        #expect(other["traceparent"] == nil && other["tracestate"] == nil)
        await worker.terminate()
        await api.process.terminate()
      }
      #expect(ReceivedSpan.all(at: collector).isEmpty)
    }
  }

  @Test("an exemplar names no trace that is not recorded: no backend would have it")
  func exemplars() async throws {
    let recorded = "1af7651916cd43dd8448eb211c80319c"
    try await traced { _, api in
      for (path, parent) in [("/query", client + "0"), ("/jobs", "00-\(recorded)-b7ad6b7169203331-01")] {
        let reply = try await api.post(path, ["prompt": "Why?"], headers: ["traceparent": parent])
        #expect(reply.status < 300)
      }
      let page = try await eventually("both requests are counted") { () -> String? in
        let page = try await api.metrics(accept: "application/openmetrics-text; version=1.0.0").text
        return page.contains(recorded) ? page : nil
      }
      #expect(!page.contains("0af7651916cd43dd8448eb211c80319c"))
    } _: { _ in
    }
  }

  @Test("contents are in spans only where that was asked for, as their conventions have them")
  func content() async throws {
    try await traced(["TRACE_CONTENT": "on"]) { _, api in
      let messages: JSONValue = [
        ["role": "system", "content": "Be kind."], ["role": "user", "content": "Why is the sky blue?"],
      ]
      _ = try await api.post("/v1/chat/completions", ["model": "default", "messages": messages])
      try await api.process.waitForOutput("TRACE_CONTENT")
    } _: { spans in
      let attempt = try #require(spans.named("chat").first)
      let input = try JSONParser.parse(attempt.attributes["gen_ai.input.messages"]?.string ?? "")
      #expect(input == [["role": "user", "parts": [["type": "text", "content": "Why is the sky blue?"]]]])
      let system = try JSONParser.parse(attempt.attributes["gen_ai.system_instructions"]?.string ?? "")
      #expect(system == [["type": "text", "content": "Be kind."]])
      let output = try JSONParser.parse(attempt.attributes["gen_ai.output.messages"]?.string ?? "")
      #expect(output[0]?["role"] == "assistant" && output[0]?["finish_reason"] == "stop")
      #expect(attempt.attributes["openinference.span.kind"] == "LLM")
      #expect(attempt.attributes["input.value"] == attempt.attributes["gen_ai.input.messages"])
    }
  }

  @Test("texts that go on are content, too, whole and told in pieces", arguments: [false, true])
  func completions(isStreamed: Bool) async throws {
    try await traced(["TRACE_CONTENT": "on"]) { _, api in
      let reply = try await api.post(
        "/v1/completions", ["model": "default", "prompt": "Why is", "stream": .bool(isStreamed)])
      #expect(reply.status == 200)
    } _: { spans in
      let attempt = try #require(spans.named("text_completion").first)
      #expect(attempt.attributes["input.value"] == "Why is")
      let output = try JSONParser.parse(attempt.attributes["gen_ai.output.messages"]?.string ?? "")
      #expect(output[0]?["parts"]?[0]?["content"]?.string?.isEmpty == false, "\(output)")
      #expect(attempt.attributes["output.value"] == attempt.attributes["gen_ai.output.messages"])
    }
  }

  @Test("spans say of an attempt what lines and metrics say")
  func words() async throws {
    try await traced(["CASCADE": "gemini,groq"]) { cluster, api in
      try await cluster.simulator.script([["provider": "gemini", "behaviour": ["status": 400]]])
      #expect(try await api.post("/query", ["prompt": "Why?"]).status == 200)
    } _: { spans in
      let outcomes = spans.named("chat").map { $0.attributes["sluice.outcome"]?.string ?? "" }
      #expect(Set(outcomes) == ["request_refused", "success"])
      #expect(spans.named("process").first?.attributes["sluice.job.claims"] != nil)
    }
  }

  @Test("what became of spans is counted where metrics are told")
  func counted() async throws {
    try await WebhookReceiver.with(.status(400)) { collector in
      try await SluiceCluster.with(environment: environment(collector)) { cluster in
        let api = try await cluster.startAPI()
        let worker = try await cluster.startWorker(environment: ["WORKER_PORT": "0"], seenBy: api)
        #expect(try await api.post("/query", ["prompt": "Why?"]).status == 200)
        let failed = #"sluice_spans_total{outcome="failed"}"#
        try await eventually("the refused spans are counted") {
          let seen = (try await api.metrics()[failed], try await worker.workerMetrics()[failed])
          return seen == (2, 3)
        }
        #expect(try await api.metrics()[#"sluice_spans_total{outcome="exported"}"#] == 0)
        await worker.killNow()
        await api.process.killNow()
      }
    }
  }

  @Test("a trace that begins here is recorded as the sampler says, a malformed one of a client is none")
  func sampling() async throws {
    try await traced(["OTEL_TRACES_SAMPLER": "parentbased_always_off"]) { _, api in
      let malformed = [
        "nonsense", "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        Array(repeating: "\(client)1", count: 10).joined(separator: ", "),
      ]
      for parent in malformed {
        let reply = try await api.post("/query", ["prompt": "Why?"], headers: ["traceparent": parent])
        #expect(reply.status == 200)
      }
      _ = try await api.post("/query", ["prompt": "Recorded"], headers: ["traceparent": client + "1"])
    } _: { spans in
      #expect(spans.named("POST").count == 1 && Set(spans.map(\.trace)).count == 1)
    }
  }
}
