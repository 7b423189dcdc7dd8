import Shared
import TestSupport
import Testing

/// The simulator must be right before a test that leans on it can say anything.
@Suite("The provider simulator's answers")
struct SimulatorAnswerTests {
  @Test(
    "are the same for the same prompt and seed, and others for another", arguments: ProviderAPI.openAILike)
  func deterministic(api: ProviderAPI) async throws {
    try await SimulatorProcess.with { simulator in
      func answer(_ prompt: String, _ more: JSONObject = [:]) async throws -> String? {
        let reply = try await api.ask(simulator, prompt, more)
        #expect(reply.json["choices"]?[0]?["finish_reason"] == "stop")
        #expect(reply.json["usage"]?["total_tokens"]?.integer ?? 0 > 10)
        return api.text(of: reply)
      }
      let first = try await answer("one")
      #expect(first?.contains("one") == true)
      #expect(try await answer("one") == first)
      #expect(try await answer("two") != first)
      let seeded = try await answer("one", ["seed": 7])
      #expect(seeded != first)
      #expect(try await answer("one", ["seed": 7]) == seeded)
      #expect(try await answer("one", ["seed": 8]) != seeded)
    }
  }

  @Test("come in a stream with the same text as whole", arguments: ProviderAPI.allCases)
  func streamed(api: ProviderAPI) async throws {
    try await SimulatorProcess.with { simulator in
      let whole = try await api.ask(simulator, "a long story about a water mill")
      let stream = try await api.ask(simulator, "a long story about a water mill", isStream: true)
      #expect(stream.headers["content-type"] == "text/event-stream")
      let events = try stream.events
      #expect(events.count > 4)
      #expect(api.text(of: events) == api.text(of: whole))
    }
  }

  @Test("are cut at max_tokens, by either name, and say so")
  func length() async throws {
    try await SimulatorProcess.with { simulator in
      for name in ["max_tokens", "max_completion_tokens"] {
        let reply = try await ProviderAPI.groq.ask(simulator, "a long story", [name: 5])
        #expect(reply.json["choices"]?[0]?["finish_reason"] == "length")
        #expect(ProviderAPI.groq.text(of: reply)?.count == 20)
        #expect(reply.json["usage"]?["completion_tokens"] == 5)
        #expect(reply.headers["x-ratelimit-remaining-requests"] != nil, "Groq tells what is left")
      }
    }
  }

  @Test("end before the first stop sequence that they hold")
  func stop() async throws {
    try await SimulatorProcess.with { simulator in
      try await simulator.script([["behaviour": ["answer": "one two three four"]]])
      let openAI = try await ProviderAPI.openai.ask(simulator, "count", ["stop": ["four", "three", "nine"]])
      #expect(ProviderAPI.openai.text(of: openAI) == "one two ")
      #expect(openAI.json["choices"]?[0]?["finish_reason"] == "stop")
      let gemini = try await ProviderAPI.gemini.ask(
        simulator, "count", ["generationConfig": ["stopSequences": [" two"]]])
      #expect(ProviderAPI.gemini.text(of: gemini) == "one")
      let anthropic = try await ProviderAPI.anthropic.ask(simulator, "count", ["stop_sequences": ["three"]])
      #expect(ProviderAPI.anthropic.text(of: anthropic) == "one two ")
      #expect(anthropic.json["stop_reason"] == "stop_sequence")
      #expect(anthropic.json["stop_sequence"] == "three")
    }
  }

  @Test("tell Groq's usage in x_groq of a stream's last chunk")
  func groqStream() async throws {
    try await SimulatorProcess.with { simulator in
      let reply = try await ProviderAPI.groq.ask(simulator, "hello", isStream: true)
      #expect(reply.body.hasSuffix("data: [DONE]\n\n"))
      let last = try #require(try reply.events.last)
      #expect(last["choices"]?[0]?["finish_reason"] == "stop")
      #expect(last["x_groq"]?["usage"]?["queue_time"] != nil)
    }
  }

  @Test("have comments in OpenRouter's streams, and usage in their last chunk")
  func openRouterStream() async throws {
    try await SimulatorProcess.with { simulator in
      let reply = try await ProviderAPI.openrouter.ask(
        simulator, "hello", ["usage": ["include": true]], isStream: true)
      #expect(reply.body.hasPrefix(": OPENROUTER PROCESSING\n\n"))
      let last = try #require(try reply.events.last)
      #expect(last["choices"] == [])
      #expect(last["usage"]?["total_tokens"] != nil)
      #expect(last["usage"]?["cost"]?.double ?? 0 > 0)
    }
  }

  @Test("come from Gemini with CRLF, without [DONE], and from a model that holds slashes and colons")
  func geminiDialect() async throws {
    try await SimulatorProcess.with { simulator in
      let api = ProviderAPI.gemini
      let stream = try await api.ask(simulator, "a sluice?", isStream: true)
      #expect(stream.body.hasSuffix("}\r\n\r\n"))
      #expect(!stream.body.contains("[DONE]"))
      let path = "/gemini/v1beta/models/tuned%2Fone/two:free:generateContent"
      let whole = try await simulator.call(path, headers: api.headers, body: api.question("a sluice?"))
      #expect(whole.json["modelVersion"] == "tuned/one/two:free")
      #expect(whole.json["candidates"]?[0]?["finishReason"] == "STOP")
      #expect(whole.json["usageMetadata"]?["totalTokenCount"] != nil)
    }
  }

  @Test("tell what of the tokens was cached and what was thought, each provider in its own way")
  func usageDetails() async throws {
    try await SimulatorProcess.with { simulator in
      let usage: JSONValue = ["prompt": 100, "completion": 50, "cached": 30, "reasoning": 20]
      try await simulator.script([["behaviour": ["usage": usage]]])
      for api in ProviderAPI.openAILike {
        let told = try await api.ask(simulator, "a").json["usage"]
        #expect(told?["total_tokens"] == 150)
        #expect(told?["prompt_tokens_details"]?["cached_tokens"] == 30, "\(api)")
        #expect(told?["completion_tokens_details"]?["reasoning_tokens"] == 20, "\(api)")
      }
      let gemini = try await ProviderAPI.gemini.ask(simulator, "a").json["usageMetadata"]
      #expect(
        gemini
          == [
            "promptTokenCount": 100, "cachedContentTokenCount": 30, "candidatesTokenCount": 30,
            "thoughtsTokenCount": 20, "totalTokenCount": 150,
          ])
      let anthropic = try await ProviderAPI.anthropic.ask(simulator, "a").json["usage"]
      #expect(anthropic?["input_tokens"] == 70)
      #expect(anthropic?["cache_read_input_tokens"] == 30)
      #expect(anthropic?["output_tokens"] == 50)
    }
  }

  @Test("tell how likely each token was, whole and in a stream")
  func logprobs() async throws {
    try await SimulatorProcess.with { simulator in
      let api = ProviderAPI.openai
      let wish: JSONObject = ["logprobs": true, "top_logprobs": 3]
      let whole = try await api.ask(simulator, "likely?", wish)
      let content = whole.json["choices"]?[0]?["logprobs"]?["content"]?.array ?? []
      #expect(content.compactMap { $0["token"]?.string }.joined() == api.text(of: whole))
      for token in content {
        let top = (token["top_logprobs"]?.array ?? []).compactMap { $0["logprob"]?.double }
        #expect(top.count == 3)
        #expect(top == top.sorted(by: >) && top.allSatisfy { $0 <= 0 })
        #expect(top.first == token["logprob"]?.double)
        #expect(token["bytes"]?.array?.count == token["token"]?.string?.utf8.count)
      }
      let stream = try await api.ask(simulator, "likely?", wish, isStream: true)
      let tokens = try stream.events.flatMap { $0["choices"]?[0]?["logprobs"]?["content"]?.array ?? [] }
      #expect(tokens.compactMap { $0["token"]?.string }.joined() == api.text(of: whole))
      let without = try await api.ask(simulator, "likely?")
      #expect(without.json["choices"]?[0]?["logprobs"] == .null)
    }
  }
}
