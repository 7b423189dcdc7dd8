import Testing

@testable import Shared

@Suite("What a server takes")
struct ProviderShapeTests {
  private func provider(_ members: String, name: String = "mine", url: String = "http://mine") throws
    -> Provider
  {
    let text = "providers:\n  - {name: \(name), dialect: openai, base_url: '\(url)', models: [m]\(members)}"
    let file = try ProviderFile(text, file: "f")
    return try file.providers[0].provider(ProcessEnvironment([:]))
  }

  private func error(_ members: String, dialect: String = "openai") -> String? {
    let text = "providers:\n  - {name: a, dialect: \(dialect), base_url: http://a, models: [m], \(members)}"
    do {
      _ = try ProviderFile(text, file: "f")
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("a server of which nothing is known takes all as it was said")
  func neutral() throws {
    let provider = try provider("")
    #expect(provider.preset == nil && provider.shape == .neutral)
    #expect(provider.shape.fitted(to: "gpt-5") == .neutral)
  }

  @Test("every preset can be named, and has a shape", arguments: ServerPreset.allCases)
  func presets(preset: ServerPreset) throws {
    let provider = try provider(", preset: \(preset.rawValue)")
    #expect(provider.preset == preset && provider.shape == preset.shape)
    #expect(provider.with(.open).shape == preset.shape)
  }

  @Test(
    "a well-known server is known by its host, else by its name",
    arguments: [
      ("mine", "https://api.mistral.ai/v1", .mistral), ("mistral", "http://127.0.0.1:1", .mistral),
      ("mistral", "https://api.groq.com/openai/v1", .groq), ("ollama", "http://127.0.0.1:11434/v1", .ollama),
      ("a", "https://x.services.ai.azure.com/openai/v1", .azure),
      ("anthropic", "https://api.anthropic.com/v1", nil),
      ("mine", "https://api.mistral.ai.example/v1", nil),
    ] as [(String, String, ServerPreset?)])
  func known(name: String, url: String, preset: ServerPreset?) throws {
    #expect(try provider("", name: name, url: url).preset == preset)
  }

  @Test("other dialects have no preset, whatever their names")
  func otherDialects() throws {
    let gemini = Provider(
      name: "openai", dialect: .gemini, baseURL: "http://a", access: .open, defaultModel: "m")
    #expect(gemini.preset == nil && gemini.shape == .neutral)
    #expect(
      error("preset: openai", dialect: "gemini")
        == "f:2: providers[0].preset is for servers of the dialect openai; allowed is no preset with gemini")
  }

  @Test("all that a file says of a shape is taken over, the rest is the preset's")
  func said() throws {
    let provider = try provider(
      ", preset: mistral, shape: {max_tokens: max_completion_tokens, stream_options: true, system: developer, "
        + "sampling: false, reasoning_in: true, drop: [logit_bias], rename: {a: b}, "
        + "send: {safe_prompt: true, n: 1, t: 0.5, text: \"1\", none: null, list: [x, {y: z}]}}")
    let shape = provider.shape
    #expect(
      shape.limitName == .maxCompletionTokens && shape.takesStreamOptions && shape.systemRole == .developer)
    #expect(!shape.takesSampling && shape.takesReasoning && shape.toolCallIDs == .nineAlphanumerics)
    #expect(shape.drop.contains("logit_bias") && shape.drop.contains("user"))
    #expect(shape.rename == ["a": "b", "seed": "random_seed"])
    #expect(
      shape.send == [
        "safe_prompt": true, "n": 1, "t": 0.5, "text": "1", "none": nil, "list": ["x", ["y": "z"]],
      ])
  }

  @Test(
    "OpenAI's models that think take less",
    arguments: [
      ("o1", true), ("o3-mini", true), ("gpt-5", true), ("gpt-5.1-codex", true), ("openai/gpt-6-sol", true),
      ("gpt-4o", false), ("gpt-4.1", false), ("gpt-5-chat-latest", false), ("gpt-oss-120b", false),
      ("gpt-3.5-turbo", false), ("omni-moderation-latest", false), ("gpt-35-turbo", false), ("", false),
    ])
  func thinking(model: String, thinks: Bool) throws {
    let shape = ServerPreset.azure.shape.fitted(to: model)
    #expect(shape.takesSampling != thinks)
    #expect((shape.limitName == .maxCompletionTokens) == thinks)
    #expect(ServerPreset.openAI.shape.fitted(to: model).limitName == .maxCompletionTokens)
    #expect(ServerPreset.mistral.shape.fitted(to: model) == ServerPreset.mistral.shape)
  }

  @Test(
    "Claude takes no sampling but its own from 4.7 on",
    arguments: [
      ("claude-opus-4-7", true), ("claude-sonnet-4-8-20260601", true), ("claude-opus-5", true),
      ("anthropic/claude-opus-5-1", true), ("claude-opus-4-6", false), ("claude-opus-4-20250514", false),
      ("claude-sonnet-4-5-20250929", false), ("claude-3-7-sonnet-20250219", false),
      ("claude-instant-1.2", false), ("claude", false), ("", false),
    ])
  func sampling(model: String, isItsOwn: Bool) throws {
    let provider = Provider(
      name: "a", dialect: .messages, baseURL: "http://a", access: .open, defaultModel: model)
    #expect(provider.shape.fitted(to: model).takesSampling != isItsOwn)
    let target = RequestTarget(provider: "a", model: model, shape: provider.shape)
    let asked = try DialectFixture.chat(["temperature": 0.7, "top_p": 0.5, "top_k": 4])
    let written = try MessagesDialect().told(asked, for: target, streams: false)
    #expect(written.dropped == (isItsOwn ? ["temperature", "top_p", "top_k"] : []))
    let json = try JSONParser.parse(written.body)
    #expect(["temperature", "top_p", "top_k"].allSatisfy { (json[$0] == nil) == isItsOwn })
  }

  @Test("what the file says holds for every model")
  func saidForAll() throws {
    let shape = try provider(", preset: azure, shape: {sampling: true, max_tokens: max_tokens}").shape
    #expect(shape.fitted(to: "o3").takesSampling && shape.fitted(to: "o3").limitName == .maxTokens)
  }

  @Test(
    "every mistake is one line with the place and what is allowed",
    arguments: [
      (
        "preset: gpt",
        #".preset holds "gpt"; allowed is one of openai, azure, mistral, vllm, tgi, ollama, xai, deepseek, "#
          + "cerebras, openrouter, groq"
      ),
      (
        "shape: {max_token: x}",
        #".shape has no member "max_token", did you mean "max_tokens"?; allowed are max_tokens, stream_options, "#
          + "system, sampling, reasoning_in, drop, rename, send"
      ),
      (
        "shape: {max_tokens: 5}",
        #".shape.max_tokens holds "5"; allowed is one of max_tokens, max_completion_tokens"#
      ),
      ("shape: {stream_options: yes}", #".shape.stream_options holds "yes"; allowed is true or false"#),
      (#"shape: {sampling: "true"}"#, #".shape.sampling holds "true"; allowed is true or false"#),
      ("shape: {system: user}", #".shape.system holds "user"; allowed is one of system, developer"#),
      (
        "shape: {drop: logit_bias}",
        #".shape.drop holds "logit_bias"; allowed is a list of names, such as [logit_bias]"#
      ),
      (
        "shape: {drop: [a b]}",
        #".shape.drop[0] holds "a b"; allowed is a member of a request: up to 64 letters, digits, _, . and -"#
      ),
      ("shape: {drop: [a, a]}", #".shape.drop[1] names "a" a second time; allowed is each name once"#),
      (
        "shape: {drop: [model]}",
        #".shape.drop[0] names "model", which Sluice writes itself; allowed are other members"#
      ),
      (
        "shape: {rename: {messages: m}}",
        #".shape.rename.messages names "messages", which Sluice writes itself; allowed are other members"#
      ),
      (
        "shape: {rename: {a: x, b: x}}",
        #".shape.rename.b is the second to become "x"; allowed is each name once"#
      ),
      (
        "shape: {send: {stream: true}}",
        #".shape.send.stream names "stream", which Sluice writes itself; allowed are other members"#
      ),
      (
        "shape: {send: [a]}",
        ".shape.send holds a list; allowed is a mapping of names to values, such as {safe_prompt: true}"
      ),
    ])
  func mistakes(members: String, message: String) {
    #expect(error(members) == "f:2: providers[0]" + message)
  }

  @Test("a route says what is done with what a target cannot express")
  func onUnsupported() throws {
    let text = "routes:\n  - {name: r, targets: [groq/m], on_unsupported: refuse}"
    let catalog = try ProviderCatalog(
      ProcessEnvironment(["GROQ_API_KEY": "k"]), file: ProviderFile(text, file: "f"))
    #expect(try catalog.route(for: "r").onUnsupported == .refuse)
    #expect(try catalog.route(for: "default").onUnsupported == nil)
    #expect(
      throws: ConfigurationError(
        #"f:2: routes[0].on_unsupported holds "ignore"; allowed is one of drop, refuse"#)
    ) {
      try ProviderFile(text.replacing("refuse", with: "ignore"), file: "f")
    }
  }
}
