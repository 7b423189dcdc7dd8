import Foundation
import NIOCore
import Shared
import TestSupport
import Testing

@Suite("Completions and moderations")
struct CompletionTests {
  /// One provider that has all that OpenAI has, and one that has chats only.
  private static func with(_ body: (SluiceCluster, SluiceAPI) async throws -> Void) async throws {
    let file = URL(filePath: "/tmp/sluice-\(UInt64.random(in: 0...UInt64.max)).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    try await SluiceCluster.with { cluster in
      let text = """
        providers:
          - name: old
            dialect: openai
            base_url: \(cluster.simulator.baseURL(for: "openai"))
            key: {env: OLD_KEY}
            completions: true
            moderations: true
            models: [davinci, omni-moderation-latest]
        routes:
          - {name: both, targets: [groq/llama, old/davinci]}
          - {name: moderation, targets: [groq/llama, old/omni-moderation-latest]}
        """
      try Data(text.utf8).write(to: file)
      let environment = ["SLUICE_CONFIG": file.path(), "OLD_KEY": "old-key"]
      let api = try await cluster.startAPI(environment: environment)
      let worker = try await cluster.startWorker(environment: environment, seenBy: api)
      try await body(cluster, api)
      await worker.killNow()
      await api.process.killNow()
    }
  }

  private func texts(_ reply: HTTPReply) -> [String] {
    reply.json["choices"]?.array?.compactMap { $0["text"]?.string } ?? []
  }

  /// The texts of a stream's chunks, choice by choice, and why each ended.
  private func joined(_ reply: StreamedReply) -> (texts: [String], reasons: [String]) {
    var (texts, reasons) = ([Int: String](), [Int: String]())
    for event in reply.events {
      for choice in event.json["choices"]?.array ?? [] {
        let index = Int(choice["index"]?.integer ?? -1)
        texts[index, default: ""] += choice["text"]?.string ?? ""
        if let reason = choice["finish_reason"]?.string { reasons[index] = reason }
      }
    }
    return (texts.sorted { $0.key < $1.key }.map(\.value), reasons.sorted { $0.key < $1.key }.map(\.value))
  }

  @Test(
    "texts go on, whole and streamed, by a provider that has them and by a chat alike",
    arguments: ["old/davinci", "groq/llama"])
  func texts(model: String) async throws {
    try await Self.with { cluster, api in
      let prompts: JSONValue = ["Once upon a time", "It was a dark night"]
      for prompt in ["Once upon a time", prompts] {
        for echo in [false, true] {
          let body: JSONObject = ["model": .string(model), "prompt": prompt, "echo": .bool(echo)]
          let whole = try await api.post("/v1/completions", .object(body))
          #expect(whole.status == 200, "\(whole.body)")
          #expect(whole.json["object"] == "text_completion")
          #expect(whole.json["id"]?.string?.hasPrefix("cmpl-") == true)
          #expect(whole.json["usage"]?["total_tokens"]?.integer ?? 0 > 0)
          let texts = texts(whole)
          #expect(texts.count == prompt.array?.count ?? 1)
          #expect(texts.allSatisfy { $0.contains("You said") })
          #expect(texts[0].hasPrefix("Once upon a time") == echo)
          let stream = try await api.stream(
            "/v1/completions", method: .POST,
            body: .object(
              body.merging(["stream": true, "stream_options": ["include_usage": true]]) { $1 }))
          #expect(stream.events.last?.data == "[DONE]")
          let (streamed, reasons) = joined(stream)
          #expect(streamed == texts && reasons == texts.map { _ in "stop" })
          let usage = stream.events.dropLast().last?.json
          #expect(usage?["choices"] == [] && usage?["usage"] == whole.json["usage"])
        }
      }
      let provider = model == "groq/llama" ? "groq" : "openai"
      let paths = try await cluster.simulator.requests(provider: provider).compactMap { $0["path"]?.string }
      let path = provider == "groq" ? "/groq/openai/v1/chat/completions" : "/openai/v1/completions"
      #expect(Set(paths) == [path])
    }
  }

  @Test("what a chat would lose goes to who has it, and is refused with its name where nobody has")
  func lost() async throws {
    try await Self.with { cluster, api in
      let members: [(String, JSONObject)] = [
        ("suffix", ["suffix": "the end"]), ("n", ["n": 2]), ("best_of", ["best_of": 2]),
        ("logprobs", ["logprobs": 2]), ("echo", ["logprobs": 2, "echo": true]),
        ("prompt", ["prompt": [1, 2]]),
        ("max_tokens", ["max_tokens": 0, "echo": true]),
      ]
      for (name, extra) in members {
        let body: JSONObject = ["prompt": "Once upon a time"]
        func ask(_ model: JSONValue) async throws -> HTTPReply {
          try await api.post(
            "/v1/completions", .object(body.merging(extra) { $1 }.merging(["model": model]) { $1 }))
        }
        let refused = try await ask("groq/llama")
        #expect(refused.status == 400 && refused.json["error"]?["param"] == .string(name), "\(refused.body)")
        let both = try await ask("both")
        #expect(both.status == 200 && both.headers["x-sluice-provider"] == "old", "\(name): \(both.body)")
      }
      let last = try await cluster.simulator.requests(provider: "openai").map { $0["body"] }
      #expect(last.contains { $0?["suffix"] == "the end" } && last.contains { $0?["n"] == 2 })
      let two = try await api.post("/v1/completions", ["model": "both", "prompt": "Once", "n": 2])
      #expect(texts(two).count == 2)
      let likely = try await api.post("/v1/completions", ["model": "both", "prompt": "Once", "logprobs": 1])
      #expect(likely.json["choices"]?[0]?["logprobs"]?["tokens"]?.array?.isEmpty == false)
      #expect(try await cluster.simulator.requests(provider: "groq").isEmpty, "nobody was asked in vain")
    }
  }

  @Test(
    "bad bodies are refused with the member that is wrong",
    arguments: [
      (["model": "old/davinci"], "prompt"), (["model": "old/davinci", "prompt": []], "prompt"),
      (["model": "old/davinci", "prompt": [1, "a"]], "prompt"), (["prompt": "a"], "model"),
      (["model": "old/davinci", "prompt": "a", "n": 3, "best_of": 2], "best_of"),
      (["model": "old/davinci", "prompt": "a", "best_of": 2, "stream": true], "best_of"),
      (["model": "old/davinci", "prompt": "a", "logprobs": true], "logprobs"),
      (["model": "nowhere", "prompt": "a"], "model"),
    ] as [(JSONValue, String)])
  func bad(body: JSONValue, member: String) async throws {
    try await Self.with { _, api in
      let reply = try await api.post("/v1/completions", body)
      #expect(
        [400, 404].contains(reply.status) && reply.json["error"]?["param"] == .string(member), "\(reply.body)"
      )
    }
  }

  @Test("moderations are the route moderation's, or those of who is named")
  func moderations() async throws {
    try await Self.with { cluster, api in
      let one = try await api.post("/v1/moderations", ["input": "I hate violence"])
      #expect(one.status == 200, "\(one.body)")
      #expect(one.json["id"]?.string?.hasPrefix("modr-") == true)
      #expect(one.json["model"] == "omni-moderation-latest")
      #expect(one.json["results"]?[0]?["flagged"] == true)
      #expect(one.json["results"]?[0]?["categories"]?["hate"] == true)
      #expect(one.headers["x-sluice-provider"] == "old" && one.headers["x-cache"] == "miss")
      let again = try await api.post("/v1/moderations", ["input": "I hate violence"])
      #expect(again.headers["x-cache"] == "hit" && again.json["results"] == one.json["results"])
      let two = try await api.post(
        "/v1/moderations", ["model": "omni-moderation-latest", "input": ["Good morning", "violence"]])
      #expect(two.json["results"]?.array?.map { $0["flagged"] } == [false, true])
      let parts = try await api.post(
        "/v1/moderations",
        [
          "input": [
            ["type": "text", "text": "Hi"], ["type": "image_url", "image_url": ["url": "https://a/b.png"]],
          ]
        ])
      #expect(parts.json["results"]?.array?.count == 1)
      let nobody = try await api.post("/v1/moderations", ["model": "groq/llama", "input": "Hi"])
      #expect(nobody.status == 400 && nobody.json["error"]?["param"] == "model")
      for input: JSONValue in [[], 1, [["type": "video"]], .null] {
        let bad = try await api.post("/v1/moderations", ["input": input])
        #expect(bad.status == 400 && bad.json["error"]?["param"] == "input", "\(input)")
      }
      try await cluster.simulator.script([["provider": "openai", "behaviour": ["status": 400]]])
      let refused = try await api.post("/v1/moderations", ["input": "something else"])
      #expect(refused.status == 400)
    }
  }

  @Test("without a route of that name, moderations without a model say what is missing")
  func noRoute() async throws {
    try await SluiceCluster.withOneOfEach { _, api in
      let reply = try await api.post("/v1/moderations", ["input": "Hi"])
      #expect(reply.status == 404 && reply.json["error"]?["code"] == "model_not_found")
      #expect(reply.json["error"]?["message"]?.string?.contains("\"moderation\"") == true)
    }
  }
}
