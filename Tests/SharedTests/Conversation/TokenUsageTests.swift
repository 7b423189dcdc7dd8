import Testing

@testable import Shared

@Suite("Usage as providers count it")
struct TokenUsageTests {
  private func read(_ json: String) throws -> JSONValue { try JSONParser.parse(json) }

  private func written(_ usage: TokenUsage) -> String {
    var json = JSONWriter()
    usage.write(to: &json)
    return String(buffer: json.buffer)
  }

  @Test("absurd usage is clamped")
  func absurd() {
    let usage = TokenUsage(promptTokens: -5, completionTokens: .max)
    #expect(usage.promptTokens == 0 && usage.completionTokens == TokenUsage.limit)
    #expect(usage.totalTokens == TokenUsage.limit)
  }

  // MARK: - OpenAI's form

  @Test("OpenAI's object reaches OpenAI's clients as it came, unknown members and all")
  func verbatim() throws {
    let text =
      #"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"queue_time":0.5,"num_sources_used":3,"#
      + #""prompt_tokens_details":{"cached_tokens":4,"audio_tokens":3,"image_tokens":2,"cache_write_tokens":1,"#
      + #""text_tokens":7},"completion_tokens_details":{"reasoning_tokens":2,"audio_tokens":1,"image_tokens":1,"#
      + #""accepted_prediction_tokens":0},"cost":0.000027}"#
    let usage = TokenUsage(openAI: try read(text))
    #expect(try read(written(usage)) == read(text))
    #expect(usage.promptTokens == 10 && usage.completionTokens == 5 && usage.totalTokens == 15)
    #expect(usage.cachedTokens == 4 && usage.audioInputTokens == 3 && usage.imageInputTokens == 2)
    #expect(usage.cacheWriteTokens == 1 && usage.reasoningTokens == 2)
    #expect(usage.audioOutputTokens == 1 && usage.imageOutputTokens == 1)
    #expect(usage.toldCost == NanoDollars(rawValue: 27_000))
  }

  @Test("a total that is more than the sum stays the total")
  func total() throws {
    let usage = TokenUsage(openAI: try read(#"{"prompt_tokens":1,"completion_tokens":2,"total_tokens":9}"#))
    #expect(usage.totalTokens == 9 && usage.told.isEmpty)
    #expect(written(usage) == #"{"prompt_tokens":1,"completion_tokens":2,"total_tokens":9}"#)
  }

  @Test("counts that clients rely on are there, and none that cannot be true")
  func mended() throws {
    let usage = TokenUsage(
      openAI: try read(
        #"{"prompt_tokens":-3,"completion_tokens":"x","queue_time":1.5,"prompt_cache_hit_tokens":1e300,"#
          + #""completion_tokens_details":{"reasoning_tokens":-1,"audio_tokens":null}}"#))
    #expect(usage.promptTokens == 0 && usage.completionTokens == 0 && usage.reasoningTokens == 0)
    let expected =
      #"{"prompt_tokens":0,"completion_tokens":0,"queue_time":1.5,"prompt_cache_hit_tokens":100000000,"#
      + #""completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":null},"total_tokens":0}"#
    #expect(try read(written(usage)) == read(expected))
  }

  @Test("what is no usage is none", arguments: ["null", "{}", "5", "[]", #""x""#])
  func none(text: String) throws {
    #expect(TokenUsage(openAI: try read(text)) == .zero)
    #expect(TokenUsage(anthropic: try read(text)) == .zero)
    #expect(TokenUsage(gemini: try read(text)) == .zero)
    #expect(TokenUsage(openAI: nil).isZero)
  }

  @Test("thoughts that a provider counts beside the answer are paid like those within it")
  func thoughtsBeside() throws {
    let xai = TokenUsage(
      openAI: try read(
        #"{"prompt_tokens":119,"completion_tokens":9,"total_tokens":226,"#
          + #""completion_tokens_details":{"reasoning_tokens":98}}"#))
    #expect(xai.completionTokens == 107 && xai.totalTokens == 226)
    #expect(xai.told["completion_tokens"] == 9, "clients see what the provider said")
    let openAI = TokenUsage(
      openAI: try read(
        #"{"prompt_tokens":119,"completion_tokens":98,"total_tokens":217,"#
          + #""completion_tokens_details":{"reasoning_tokens":98}}"#))
    #expect(openAI.completionTokens == 98)
  }

  @Test("cached tokens are found where DeepSeek and Moonshot have them")
  func cached() throws {
    #expect(
      TokenUsage(openAI: try read(#"{"prompt_tokens":9,"prompt_cache_hit_tokens":8}"#)).cachedTokens == 8)
    #expect(TokenUsage(openAI: try read(#"{"prompt_tokens":9,"cached_tokens":7}"#)).cachedTokens == 7)
  }

  @Test(
    "LiteLLM's words for a cache are known",
    arguments: [
      #""prompt_tokens_details":{"cached_tokens":30,"cache_creation_tokens":20,"#
        + #""cache_creation_token_details":{"ephemeral_5m_input_tokens":15,"ephemeral_1h_input_tokens":5}}"#,
      #""cache_creation_input_tokens":20,"cache_read_input_tokens":30,"#
        + #""cache_creation":{"ephemeral_1h_input_tokens":5}"#,
      #""prompt_tokens_details":{"cached_tokens":0,"cache_creation_tokens":20,"#
        + #""cache_creation_token_details":{"ephemeral_1h_input_tokens":5}},"#
        + #""cache_creation_input_tokens":20,"cache_read_input_tokens":30"#,
    ])
  func cacheOfLiteLLM(members: String) throws {
    let usage = TokenUsage(openAI: try read("{\"prompt_tokens\":100,\"completion_tokens\":1,\(members)}"))
    #expect(usage.promptTokens == 100 && usage.cachedTokens == 30)
    #expect(usage.cacheWriteTokens == 15 && usage.cacheWrite1hTokens == 5)
  }

  @Test(
    "a provider's own figure of the cost is found in every known form",
    arguments: [
      (#""cost":0.5"#, 500_000_000), (#""cost":"0.5""#, 500_000_000),
      (#""cost":{"total_cost":0.006}"#, 6_000_000),
      (#""estimated_cost":0.001"#, 1_000_000), (#""cost":null"#, nil), (#""cost":-1"#, nil),
      (#""cost":0"#, 0), (#""cost":null,"cost_in_usd_ticks":5000000000"#, 500_000_000),
      (#""cost":0.01,"is_byok":true,"cost_details":{"upstream_inference_cost":0.2}"#, 210_000_000),
      (#""cost":0.01,"is_byok":false,"cost_details":{"upstream_inference_cost":0.2}"#, 10_000_000),
    ] as [(String, Int64?)])
  func cost(member: String, nanos: Int64?) throws {
    #expect(TokenUsage(openAI: try read("{\"prompt_tokens\":1,\(member)}")).toldCost?.rawValue == nanos)
    let other = try read("{\"input_tokens\":1,\(member)}")
    #expect(TokenUsage(anthropic: other).toldCost?.rawValue == nanos)
    #expect(TokenUsage(responses: other).toldCost?.rawValue == nanos)
  }

  @Test("what is told beside the counts of Responses goes through, in both of OpenAI's forms")
  func responses() throws {
    let text =
      #"{"input_tokens":10,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":0,"audio_tokens":3},"#
      + #""output_tokens":5,"output_tokens_details":{"reasoning_tokens":2,"x":1},"total_tokens":15,"#
      + #""cost":0.5,"cost_details":{"upstream_inference_cost":null},"is_byok":false}"#
    let usage = TokenUsage(responses: try read(text))
    #expect(usage.promptTokens == 10 && usage.cachedTokens == 4 && usage.audioInputTokens == 3)
    #expect(usage.responsesForm == (try read(text)))
    let stored = TokenUsage(openAI: try read(written(usage)))
    #expect(stored.responsesForm == (try read(text)))
    #expect(stored.told["cost"] == 0.5 && stored.told["prompt_tokens_details"]?["audio_tokens"] == 3)
    #expect(stored.told["input_tokens"] == nil)
    let plain = #"{"input_tokens":10,"input_tokens_details":{"cached_tokens":4},"output_tokens":5}"#
    #expect(
      TokenUsage(responses: try read(plain))
        == TokenUsage(promptTokens: 10, completionTokens: 5, cachedTokens: 4))
  }

  @Test("counts alone are written in OpenAI's form, details only where there are some")
  func form() {
    #expect(
      written(TokenUsage(promptTokens: 1, completionTokens: 2))
        == #"{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}"#)
    let usage = TokenUsage(
      promptTokens: 9, completionTokens: 8, cachedTokens: 1, cacheWriteTokens: 2, cacheWrite1hTokens: 3,
      reasoningTokens: 4, audioInputTokens: 1, imageOutputTokens: 5)
    #expect(
      written(usage)
        == #"{"prompt_tokens":9,"completion_tokens":8,"total_tokens":17,"#
        + #""prompt_tokens_details":{"cached_tokens":1,"cache_write_tokens":5,"audio_tokens":1},"#
        + #""completion_tokens_details":{"reasoning_tokens":4,"image_tokens":5}}"#)
  }

  // MARK: - Other dialects

  @Test("Anthropic's cache is part of the prompt, by how long it was written for")
  func anthropic() throws {
    let usage = TokenUsage(
      anthropic: try read(
        #"{"input_tokens":10,"cache_read_input_tokens":100,"cache_creation_input_tokens":50,"output_tokens":5,"#
          + #""cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":25},"#
          + #""output_tokens_details":{"thinking_tokens":3}}"#))
    #expect(
      usage
        == TokenUsage(
          promptTokens: 160, completionTokens: 5, cachedTokens: 100, cacheWriteTokens: 25,
          cacheWrite1hTokens: 25, reasoningTokens: 3))
  }

  @Test("Gemini's thoughts and tools are part of what they belong to, sounds and images are told apart")
  func gemini() throws {
    let usage = TokenUsage(
      gemini: try read(
        #"{"promptTokenCount":100,"toolUsePromptTokenCount":20,"candidatesTokenCount":30,"thoughtsTokenCount":7,"#
          + #""cachedContentTokenCount":40,"totalTokenCount":160,"promptTokensDetails":["#
          + #"{"modality":"TEXT","tokenCount":50},{"modality":"AUDIO","tokenCount":30},"#
          + #"{"modality":"IMAGE","tokenCount":20}],"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":25}]}"#
      ))
    #expect(
      usage
        == TokenUsage(
          promptTokens: 120, completionTokens: 37, totalTokens: 160, cachedTokens: 40, reasoningTokens: 7,
          audioInputTokens: 30, imageInputTokens: 20, imageOutputTokens: 25))
  }

  // MARK: - Sums

  @Test("usages of several calls add up, member by member, also those that nobody knows")
  func sum() throws {
    let one = TokenUsage(
      openAI: try read(#"{"prompt_tokens":1,"total_tokens":1,"cost":0.5,"x":{"y":1,"name":"a"},"z":1.5}"#))
    let sum = one + .zero + one
    #expect(sum.promptTokens == 2 && sum.totalTokens == 2)
    #expect(sum.toldCost == NanoDollars(rawValue: 1_000_000_000))
    #expect(sum.told["x"] == ["y": 2, "name": "a"] && sum.told["z"] == 3.0 && sum.told["prompt_tokens"] == 2)
    #expect((one + TokenUsage(promptTokens: 1, completionTokens: 0)).toldCost == nil)
    let plain = TokenUsage(promptTokens: 1, completionTokens: 2)
    #expect(plain + plain == TokenUsage(promptTokens: 2, completionTokens: 4))
  }
}
