import NIOCore
import Shared
import TestSupport
import Testing

@Suite("The rest of the HTTP surface")
struct SurfaceTests {
  @Test("health tells what works and what does not")
  func health() async throws {
    try await SluiceCluster.with(environment: ["GROQ_API_KEY": ""]) { cluster in
      let api = try await cluster.startAPI()
      let idle = try await api.get("/health", headers: ["X-API-Key": ""])
      #expect(idle.status == 200)
      #expect(idle.json["status"] == "degraded", "no worker is alive")
      let worker = try await cluster.startWorker(seenBy: api)
      let health = try await api.get("/health").json
      #expect(health["status"] == "healthy")
      #expect(health["provider"] == "gemini")
      #expect(health["workers"] == 1)
      #expect(health["redis"]?["status"] == "up")
      #expect(health["timestamp"]?.double.map { $0 > 1_700_000_000 } == true)
      #expect(health["version"]?.string == Version.current)
      let statuses = health["providers"]?.array?.map { $0["status"]?.string }
      #expect(statuses == ["available", "no-key", "available"])

      try await cluster.simulator.script([["provider": "gemini", "behaviour": ["status": 401]]])
      _ = try await api.post("/query", ["prompt": "a"])
      // The worker tells the others after it has answered.
      try await eventually("gemini's circuit is open for all") {
        let later = try await api.get("/health").json
        return later["providers"]?[0]?["status"] == "open" && later["provider"] == "openrouter"
      }
      await worker.terminate()
      await api.process.killNow()
    }
  }

  @Test("providers are listed with prices and never with a key")
  func providers() async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      let reply = try await api.get("/providers", headers: ["X-API-Key": ""])
      #expect(reply.status == 200)
      #expect(reply.json["providers"]?.array?.count == 3)
      let model = reply.json["providers"]?[0]?["models"]?[0]
      #expect(model?["name"] == "gemini-2.5-flash")
      #expect(model?["output_usd_per_million_tokens"]?.double == 2.5)
      #expect(model?["prices_usd"]?["cached_input"]?.double == 0.03)
      #expect(model?["context_window"] == 1_048_576 && model?["max_output_tokens"] == 65_536)
      #expect(!reply.body.contains("test-gemini-key"))
      await api.process.killNow()
    }
  }

  @Test("the documentation is served, names every route, and calls no other host")
  func documentation() async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      let document = try await api.get("/openapi.json", headers: ["X-API-Key": ""])
      #expect(document.status == 200)
      #expect(document.json["openapi"]?.string?.hasPrefix("3.1") == true)
      let paths = document.json["paths"]?.object.map { Set($0.keys) }
      #expect(
        paths == [
          "/query", "/jobs", "/jobs/{id}", "/providers", "/health", "/health/live", "/health/ready",
          "/openapi.json", "/docs", "/metrics", "/admin/dead-letters", "/admin/dead-letters/{id}",
          "/admin/dead-letters/{id}/requeue", "/admin/usage", "/admin/usage/records", "/usage",
          "/jobs/{id}/events", "/v1/chat/completions",
          "/v1/responses", "/v1/responses/{id}", "/v1/responses/{id}/cancel",
          "/v1/responses/{id}/input_items", "/v1/conversations", "/v1/conversations/{id}",
          "/v1/conversations/{id}/items", "/v1/conversations/{id}/items/{item_id}", "/v1/messages",
          "/v1/messages/count_tokens", "/v1/embeddings",
          "/v1/completions", "/v1/moderations", "/v1/models", "/v1/models/{id}",
          "/v1beta/models", "/v1beta/models/{model}", "/v1beta/models/{model}:generateContent",
          "/v1beta/models/{model}:streamGenerateContent", "/v1beta/models/{model}:countTokens",
          "/v1beta/models/{model}:embedContent", "/v1beta/models/{model}:batchEmbedContents",
          "/v1/models/{model}:generateContent", "/v1/models/{model}:streamGenerateContent",
          "/v1/models/{model}:countTokens", "/v1/models/{model}:embedContent",
          "/v1/models/{model}:batchEmbedContents", "/admin/tenants", "/admin/tenants/{id}",
          "/admin/keys", "/admin/keys/{id}", "/admin/keys/{id}/rotate", "/admin/audit", "/admin/export",
          "/admin/import", "/admin/users", "/admin/users/{id}", "/admin/users/{id}/export", "/usage/limits",
        ])
      let page = try await api.get("/docs", headers: ["X-API-Key": ""])
      #expect(page.status == 200)
      #expect(page.headers["content-type"]?.hasPrefix("text/html") == true)
      #expect(page.headers["content-security-policy"]?.contains("'sha256-") == true)
      #expect(!page.body.contains("http://") && !page.body.contains("https://"))
      await api.process.killNow()
    }
  }

  @Test("routes of /v1 answer without it and with a slash at the end, with errors of the same form")
  func otherPaths() async throws {
    try await SluiceCluster.withOneOfEach { _, api in
      let question: JSONValue = ["model": "default", "messages": [["role": "user", "content": "a"]]]
      for path in [
        "/v1/chat/completions", "/chat/completions", "/v1/chat/completions/", "/chat/completions/",
      ] {
        #expect(try await api.post(path, question).status == 200, "\(path)")
        let wrong = try await api.post(path, ["model": "default"])
        #expect(wrong.status == 400 && wrong.json["error"]?["param"] == "messages", "\(path)")
        let foreign = try await api.post(path, question, headers: ["X-API-Key": "wrong"])
        #expect(foreign.status == 401 && foreign.json["error"]?["code"] == "invalid_api_key", "\(path)")
        let get = try await api.get(path)
        #expect(get.status == 405 && get.json["error"] != nil && get.headers["allow"] == "POST", "\(path)")
      }
      let input: JSONValue = ["model": "gemini/gemini-embedding-001", "input": "a"]
      #expect(try await api.post("/embeddings/", input).status == 200)
      let models = try await api.get("/v1/models").json
      for path in ["/models", "/models/", "/v1/models/"] {
        #expect(try await api.get(path).json == models, "\(path)")
      }
      for path in ["/models/groq/a/b", "/models/groq/a/b/", "/v1/models/groq%2Fa%2Fb/"] {
        #expect(try await api.get(path).json["id"] == "groq/a/b", "\(path)")
      }
      #expect(try await api.post("/query/", ["prompt": "a"]).status == 200)
      #expect(try await api.get("/jobs/").status == 200)
      for path in ["/chat", "/v1/query", "/v1/v1/models", "/query//"] {
        #expect(try await api.get(path).status == 404, "\(path)")
      }
    }
  }

  @Test("refusals are as the document says, in status, form and headers")
  func documentedRefusals() async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      let document = try await api.get("/openapi.json").json
      let job = "job_000000000000000000000000000000000000"
      let (strangers, others) = (["X-API-Key": ""], ["X-API-Key": "another"])
      let told = ["x-request-id", "ratelimit-limit", "retry-after", "www-authenticate", "x-should-retry"]
      let attempts: [(headers: [String: String], body: String?)] = [
        (strangers, nil), (others, nil), (["Content-Type": "text/plain"], "x"), ([:], "{"), ([:], "{}"),
        (["Expect": "x"], "{}"),
      ]
      for (template, item) in document["paths"]?.object ?? [:] {
        let path = template.replacing("{id}", with: template.hasPrefix("/v1") ? "nowhere/x" : job)
          .replacing("{model}", with: "nowhere/x")
        for (method, operation) in item.object ?? [:] {
          let hasBody = operation["requestBody"] != nil
          for attempt in hasBody ? attempts : [(strangers, nil), (others, nil), ([:], nil)] {
            let reply = try await api.call(
              .init(rawValue: method.uppercased()), path, headers: attempt.headers,
              body: attempt.body.map(ByteBuffer.init(string:)))
            let response = operation["responses"]?["\(reply.status)"]
            let content = response?["content"]?.object
            let type = reply.headers["content-type"]?.prefix { $0 != ";" } ?? ""
            #expect(
              content?.keys.contains { $0.prefix { $0 != ";" } == type } == true,
              "\(method) \(path): \(reply.status) \(type)")
            let headers = Set((response?["headers"]?.object ?? [:]).keys.map { $0.lowercased() })
            for name in told where reply.headers[name] != nil {
              #expect(headers.contains(name), "\(method) \(path): \(reply.status) \(name)")
            }
          }
        }
      }
      #expect(document["components"]?["schemas"]?["JobRequest"]?["properties"]?["callback_url"] == nil)
      await api.process.killNow()
    }
  }

  @Test("a browser of an allowed origin may call, and sees the limit headers")
  func crossOrigin() async throws {
    try await SluiceCluster.with(environment: ["ALLOWED_ORIGINS": "https://app.example"]) { cluster in
      let api = try await cluster.startAPI()
      let preflight = try await api.call(
        .OPTIONS, "/query",
        headers: [
          "Origin": "https://app.example", "Access-Control-Request-Method": "POST", "X-API-Key": "",
        ])
      #expect(preflight.status == 204)
      #expect(preflight.headers["access-control-allow-origin"] == "https://app.example")
      let reply = try await api.get("/health", headers: ["Origin": "https://app.example"])
      #expect(reply.headers["access-control-expose-headers"]?.contains("RateLimit-Remaining") == true)
      let other = try await api.get("/health", headers: ["Origin": "https://other.example"])
      #expect(other.headers["access-control-allow-origin"] == nil)
      await api.process.killNow()
    }
  }

  @Test("a job keeps its metadata and tells its story")
  func job() async throws {
    try await SluiceCluster.withOneOfEach { _, api in
      let submitted = try await api.post(
        "/jobs",
        ["prompt": "a", "priority": "batch", "metadata": ["ticket": "4711"], "model": "groq/some-model"])
      #expect(submitted.status == 202)
      #expect(submitted.json["status"] == "queued")
      let link = try #require(submitted.headers["location"])
      #expect(submitted.json["links"]?["self"]?.string == link)
      let job = try await api.get("\(link)?wait=120").json
      #expect(job["id"] == submitted.json["id"])
      #expect(job["created_at"] == submitted.json["created_at"])
      #expect(job["status"] == "succeeded" && job["attempts"] == 1)
      #expect(job["priority"] == "batch" && job["model"] == "groq/some-model")
      #expect(job["metadata"] == ["ticket": "4711"])
      #expect(job["result"]?["provider"] == "groq" && job["result"]?["model"] == "some-model")
      #expect(job["result"]?["id"] == nil)
      #expect(job["error"] == .null)
    }
  }

  @Test("Prefer: wait is honoured, and HEAD is GET without its body")
  func smallThings() async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      let reply = try await api.post("/query", ["prompt": "a"], headers: ["Prefer": "wait=0"])
      #expect(reply.status == 202 && reply.json["status"] == "queued")
      let head = try await api.call(.HEAD, "/health/live")
      #expect(head.status == 200 && head.body.isEmpty)
      #expect(try await api.get("/health/live").headers["x-request-id"]?.hasPrefix("req_") == true)
      await api.process.killNow()
    }
  }
}
