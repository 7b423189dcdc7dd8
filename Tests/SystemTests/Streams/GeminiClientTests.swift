import Foundation
import NIOCore
import Shared
import TestSupport
import Testing

@Suite("What Gemini's clients ask")
struct GeminiClientTests {
  private static let question: JSONValue = [
    "contents": [["role": "user", "parts": [["text": "Why is the sky blue?"]]]]
  ]

  /// Gemini itself and one that speaks OpenAI's dialect.
  private static let models = ["gemini/gemini-2.5-flash", "groq/llama-3.3-70b-versatile"]

  private func text(_ json: JSONValue) -> String {
    (json["candidates"]?[0]?["content"]?["parts"]?.array ?? []).reduce(into: "") {
      $0 += $1["text"]?.string ?? ""
    }
  }

  @Test(
    "an answer comes whole, as events and as an array, under both versions and whoever answers",
    arguments: models)
  func answers(model: String) async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      for version in ["/v1beta", "/v1", ""] {
        let path = "\(version)/models/\(model)"
        let whole = try await api.post("\(path):generateContent", Self.question)
        #expect(whole.status == 200, "\(path): \(whole.body)")
        let candidate = try #require(whole.json["candidates"]?[0])
        #expect(candidate["finishReason"] == "STOP" && candidate["content"]?["role"] == "model")
        #expect(text(whole.json).contains("Why is the sky blue?"))
        let usage = whole.json["usageMetadata"]
        #expect(usage?["totalTokenCount"]?.integer ?? 0 > 0)
        #expect(
          whole.json["responseId"]?.string == whole.headers["x-sluice-job"].map { String($0.dropFirst(4)) })
        #expect(model.hasSuffix("/\(whole.json["modelVersion"]?.string ?? "?")"))

        let stream = try await api.stream(
          "\(path):streamGenerateContent?alt=sse", method: .POST, body: Self.question)
        #expect(stream.isWhole && stream.events.count > 1)
        #expect(stream.events.map { text($0.json) }.joined() == text(whole.json))
        #expect(stream.events.last?.json["candidates"]?[0]?["finishReason"] == "STOP")
        #expect(stream.events.last?.json["usageMetadata"]?["totalTokenCount"] == usage?["totalTokenCount"])
        #expect(stream.events.dropLast().allSatisfy { $0.json["candidates"]?[0]?["finishReason"] == nil })

        let array = try await api.post("\(path):streamGenerateContent", Self.question)
        #expect(array.headers["content-type"]?.hasPrefix("application/json") == true)
        let elements = try #require(array.json.array, "\(array.body)")
        #expect(elements.map(text).joined() == text(whole.json))
      }
      let provider = model.hasPrefix("groq") ? "groq" : "gemini"
      #expect(try await cluster.simulator.requests(provider: provider).count == 9)
    }
  }

  @Test("Gemini is asked what its client said, words that nobody here knows included")
  func untouched() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      let body: JSONValue = [
        "contents": [["role": "user", "parts": [["text": "Hi"]]]],
        "system_instruction": ["parts": [["text": "Be brief."]]],
        "safetySettings": [["category": "HARM_CATEGORY_HATE_SPEECH", "threshold": "BLOCK_NONE"]],
        "generationConfig": ["topK": 3, "maxOutputTokens": 100, "thinkingConfig": ["thinkingBudget": 0]],
        "tools": [
          [
            "functionDeclarations": [
              ["name": "f", "parameters": ["type": "OBJECT", "properties": ["a": ["type": "STRING"]]]]
            ]
          ]
        ],
        "toolConfig": ["functionCallingConfig": ["mode": "AUTO"]],
      ]
      let reply = try await api.post("/v1beta/models/gemini/gemini-2.5-flash:generateContent", body)
      #expect(reply.status == 200, "\(reply.body)")
      let requests = try await cluster.simulator.requests(provider: "gemini")
      let sent = try #require(requests.last)
      var expected = try #require(body.object)
      expected["systemInstruction"] = expected.removeValue(forKey: "system_instruction")
      let received: JSONValue =
        if case .string(let text)? = sent["body"] { try JSONParser.parse(text) } else {
          sent["body"] ?? .null
        }
      #expect(received == .object(expected))
    }
  }

  @Test("a call goes to the client and its result back, and the turn goes on", arguments: models)
  func tools(model: String) async throws {
    try await SluiceCluster.withOneOfEach { _, api in
      let path = "/v1beta/models/\(model):generateContent"
      let tools: JSONValue = [
        [
          "functionDeclarations": [
            [
              "name": "get_weather", "description": "The weather",
              "parameters": [
                "type": "OBJECT", "properties": ["city": ["type": "STRING"]], "required": ["city"],
              ],
            ]
          ]
        ]
      ]
      let user: JSONValue = ["role": "user", "parts": [["text": "How is the weather in Oslo?"]]]
      let choice: JSONValue = ["functionCallingConfig": ["mode": "ANY"]]
      let first = try await api.post(path, ["contents": [user], "tools": tools, "toolConfig": choice])
      let content = try #require(first.json["candidates"]?[0]?["content"], "\(first.body)")
      let call = try #require(content["parts"]?.array?.compactMap { $0["functionCall"] }.first)
      #expect(call["name"] == "get_weather" && call["args"]?["city"]?.string != nil)
      let result: JSONValue = [
        "role": "user",
        "parts": [
          ["functionResponse": ["id": call["id"] ?? "", "name": "get_weather", "response": ["sky": "blue"]]]
        ],
      ]
      let second = try await api.post(path, ["contents": [user, content, result], "tools": tools])
      #expect(second.status == 200 && text(second.json).contains("blue"), "\(second.body)")
    }
  }

  @Test(
    "texts are embedded one by one and together",
    arguments: ["gemini/gemini-embedding-001", "openrouter/embed"])
  func embeddings(model: String) async throws {
    try await SluiceCluster.withOneOfEach { _, api in
      let content: JSONValue = ["parts": [["text": "sky"]]]
      let one = try await api.post(
        "/v1beta/models/\(model):embedContent", ["content": content, "outputDimensionality": 8])
      #expect(one.json["embedding"]?["values"]?.array?.count == 8, "\(one.body)")
      let two = try await api.post(
        "/v1/models/\(model):batchEmbedContents",
        ["requests": [["model": .string("models/\(model)"), "content": content], ["content": content]]])
      let vectors = two.json["embeddings"]?.array?.map { $0["values"]?.array?.count ?? 0 }
      #expect(vectors?.count == 2 && vectors?.allSatisfy { $0 > 0 } == true, "\(two.body)")
    }
  }

  @Test(
    "a prompt's tokens are counted by whoever can tell, else estimated, and an estimate says that it is one")
  func count() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      let path = "/v1beta/models/groq/llama:countTokens"
      let short = try await api.post(path, Self.question)
      #expect(short.status == 200 && short.headers["x-sluice-estimate"] == "true")
      let wrapped = try await api.post(path, ["generateContentRequest": Self.question])
      #expect(wrapped.json == short.json)
      #expect(try await cluster.simulator.stats()["total"] == 0)
      #expect(
        try await api.call(.POST, path, headers: ["X-API-Key": ""], body: Self.question.serialized()).status
          == 401)
      #expect(try await api.post(path, ["contents": []]).json["error"]?["status"] == "INVALID_ARGUMENT")
      #expect(try await api.post("/v1beta/models/nowhere:countTokens", Self.question).status == 404)
      #expect(try await cluster.simulator.stats()["total"] == 0)
      for body in [Self.question, ["generateContentRequest": Self.question]] {
        let counted = try await api.post("/v1beta/models/default:countTokens", body)
        #expect(counted.status == 200 && counted.headers["x-sluice-estimate"] == nil, "\(counted.body)")
        #expect(counted.headers["x-sluice-provider"] == "gemini")
        #expect(counted.json["totalTokens"]?.integer ?? 0 > 0)
      }
      let asked = try await cluster.simulator.requests(provider: "gemini")
      #expect(asked.allSatisfy { $0["path"]?.string?.hasSuffix(":countTokens") == true } && !asked.isEmpty)
    }
  }

  @Test("a count takes of limits of requests, and its key may be too many")
  func countLimit() async throws {
    try await SluiceCluster.withOneOfEach(environment: ["RATE_LIMIT": "1/hour"]) { _, api in
      let path = "/v1beta/models/default:countTokens"
      #expect(try await api.post(path, Self.question).status == 200)
      let refused = try await api.post(path, Self.question)
      #expect(refused.status == 429 && refused.json["error"]?["status"] == "RESOURCE_EXHAUSTED")
    }
  }

  @Test("models are listed page by page, and found by name")
  func lists() async throws {
    try await SluiceCluster.withOneOfEach { _, api in
      var names: [String] = []
      var token: String?
      repeat {
        let page = try await api.get("/v1beta/models?pageSize=2&pageToken=\(token ?? "")")
        #expect(page.json["models"]?.array?.count ?? 9 <= 2)
        names += page.json["models"]?.array?.compactMap { $0["name"]?.string } ?? []
        token = page.json["nextPageToken"]?.string
      } while token != nil
      let listed = try await api.get("/v1/models").json["data"]?.array?.compactMap { $0["id"]?.string } ?? []
      #expect(names == listed.map { "models/\($0)" } && names.first == "models/default")
      let one = try await api.get("/v1beta/models/gemini/gemini-2.5-flash").json
      #expect(one["name"] == "models/gemini/gemini-2.5-flash" && one["inputTokenLimit"]?.integer ?? 0 > 0)
      #expect(one["supportedGenerationMethods"]?.array?.contains("generateContent") == true)
      #expect(try await api.get("/v1beta/models/nowhere").json["error"]?["status"] == "NOT_FOUND")
      #expect(try await api.get("/v1beta/models?pageSize=x").status == 400)
    }
  }

  @Test("the key is taken from a header of Google's and from the query, where nobody else sees it")
  func keys() async throws {
    let canary = "query-canary-key"
    try await SluiceCluster.withOneOfEach(environment: ["SERVICE_API_KEY": canary, "LOG_LEVEL": "debug"]) {
      cluster, api in
      let path = "/v1beta/models/default:generateContent"
      func ask(_ path: String, _ headers: [String: String]) async throws -> HTTPReply {
        try await api.call(
          .POST, path, headers: ["X-API-Key": ""].merging(headers) { $1 }, body: Self.question.serialized())
      }
      for (path, headers) in [
        (path, ["x-goog-api-key": canary]), ("\(path)?key=\(canary)", [:]),
        (path, ["Authorization": "Bearer \(canary)"]), ("\(path)?key=\(canary)", ["x-goog-api-key": canary]),
        ("/v1/models/default:generateContent?key=\(canary)&alt=json", [:]),
      ] {
        #expect(try await ask(path, headers).status == 200, "\(path) \(headers)")
      }
      for (path, headers) in [
        (path, [:]), ("\(path)?key=wrong", [:]), (path, ["x-goog-api-key": "wrong"]),
        ("\(path)?key=wrong", ["x-goog-api-key": canary]), ("/query?key=\(canary)", [:]),
      ] as [(String, [String: String])] {
        let refused = try await ask(path, headers)
        #expect(refused.status == 401, "\(path) \(headers)")
        #expect(!refused.body.contains(canary) && !refused.headers.values.contains { $0.contains(canary) })
        if path.hasPrefix("/v1beta") { #expect(refused.json["error"]?["status"] == "UNAUTHENTICATED") }
      }
      let missing = try await ask("/v1beta/models/nowhere:generateContent?key=\(canary)", [:])
      #expect(missing.status == 404 && !missing.body.contains(canary))
      let metrics = try await api.get("/metrics", headers: ["X-API-Key": ""]).body
      #expect(!metrics.contains(canary) && !api.process.log.contains(canary))
      for provider in ["gemini", "groq"] {
        let requests = try await cluster.simulator.requests(provider: provider)
        #expect(!requests.contains { $0.description.contains(canary) })
      }
    }
  }

  @Test(
    "errors have Google's form",
    arguments: [
      ("/v1beta/models/default:generateContent", ["contents": []], 400, "INVALID_ARGUMENT"),
      (
        "/v1/models/default:generateContent", ["contents": [["parts": [["hologram": 1]]]]], 400,
        "INVALID_ARGUMENT"
      ),
      ("/v1beta/models/default:generateContent", [], 400, "INVALID_ARGUMENT"),
      ("/v1beta/models/nowhere:streamGenerateContent", question, 404, "NOT_FOUND"),
      (
        "/v1beta/models/default:generateContent",
        ["contents": [["parts": [["text": "a"]]]], "cachedContent": "c"], 400, "INVALID_ARGUMENT"
      ),
      ("/v1beta/nothing", question, 404, "NOT_FOUND"),
    ] as [(String, JSONValue, Int, String)])
  func errors(path: String, body: JSONValue, status: Int, word: String) async throws {
    try await SluiceCluster.withOneOfEach(environment: ["CASCADE": "groq"]) { _, api in
      let reply = try await api.post(path, body)
      #expect(reply.status == status, "\(reply.body)")
      let error = reply.json["error"]
      #expect(error?["code"] == .integer(Int64(status)) && error?["status"] == .string(word))
      #expect(error?["message"]?.string?.isEmpty == false)
    }
  }

  @Test("a limit is RESOURCE_EXHAUSTED with the time to come back")
  func limited() async throws {
    try await SluiceCluster.withOneOfEach(environment: ["RATE_LIMIT": "1/hour"]) { _, api in
      let path = "/v1beta/models/default:generateContent"
      #expect(try await api.post(path, Self.question).status == 200)
      let refused = try await api.post(path, Self.question)
      #expect(refused.status == 429 && refused.json["error"]?["status"] == "RESOURCE_EXHAUSTED")
      let delay = refused.json["error"]?["details"]?[0]?["retryDelay"]?.string
      #expect(delay == refused.headers["retry-after"].map { "\($0)s" } && delay != nil)
    }
  }

  @Test("a stream that breaks ends with an error that Google's SDK raises, as events and in an array")
  func broken() async throws {
    try await SluiceCluster.withOneOfEach(environment: ["CASCADE": "groq"]) { cluster, api in
      try await cluster.simulator.script([
        ["provider": "groq", "behaviour": ["cut": "mid_stream"]]
      ])
      let path = "/v1beta/models/default:streamGenerateContent"
      let stream = try await api.stream("\(path)?alt=sse", method: .POST, body: Self.question)
      #expect(stream.events.last?.data.hasPrefix(#"{"error":"#) == true, "\(stream.events)")
      #expect(stream.events.last?.json["error"]?["code"]?.integer ?? 0 >= 500)
      let array = try await api.post(path, Self.question)
      let last = array.json.array?.last
      #expect(last?["error"]?["status"] == "UNAVAILABLE", "\(array.body)")
    }
  }
}
