import Testing

@testable import Shared

@Suite("What an answer costs")
struct ModelPriceTests {
  private func price(_ text: String) throws -> ModelPrice { try #require(ModelPrice(parsing: text)) }

  @Test("Anthropic's reads from the cache cost what they cost, to the nano-dollar")
  func anthropic() throws {
    let usage = TokenUsage(
      anthropic: ["input_tokens": 10, "cache_read_input_tokens": 1_000_000, "output_tokens": 5])
    let cost = try price("3:15:cached_input=0.30:cache_write=3.75").cost(of: usage)
    #expect(cost.description == "0.300105")
  }

  @Test("ten tokens of a cheap model cost something, and every answer is rounded up")
  func roundedUp() throws {
    let cheap = try price("0.05:0.08")
    #expect(cheap.cost(of: TokenUsage(promptTokens: 10, completionTokens: 0)).rawValue == 500)
    #expect(try price("0.0001:0").cost(of: TokenUsage(promptTokens: 1, completionTokens: 0)).rawValue == 1)
    #expect(cheap.cost(of: .zero) == .zero)
    #expect(
      try price("0.59:0.79").cost(of: TokenUsage(promptTokens: 14, completionTokens: 24)).description
        == "0.00002722")
  }

  @Test("a provider's own figure stands above prices")
  func told() throws {
    var usage = TokenUsage(promptTokens: 1_000_000, completionTokens: 0)
    usage.toldCost = NanoDollars(rawValue: 7)
    #expect(try price("3:15").cost(of: usage).rawValue == 7)
    let target = Target(provider: "unknown", model: "m")
    #expect(PriceTable.list.cost(of: usage, at: target).rawValue == 7, "also where no price is known")
  }

  @Test("each kind of token has its price, and costs as its like where it has none")
  func members() throws {
    let usage = TokenUsage(
      promptTokens: 6_000_000, completionTokens: 4_000_000, cachedTokens: 1_000_000,
      cacheWriteTokens: 1_000_000,
      cacheWrite1hTokens: 1_000_000, reasoningTokens: 1_000_000, audioInputTokens: 1_000_000,
      imageInputTokens: 1_000_000, audioOutputTokens: 1_000_000, imageOutputTokens: 1_000_000)
    let all = try price(
      "1:20:cached_input=0.1:cache_write=1.25:cache_write_1h=2:reasoning=3:image_input=4:audio_input=5"
        + ":audio_output=6:image_output=7:request=0.005")
    #expect(all.cost(of: usage).description == "49.355")
    #expect(try price("1:20").cost(of: usage).description == "86")
  }

  @Test("parts that overlap, or are more than the whole, are paid once")
  func overlap() throws {
    let usage = TokenUsage(
      promptTokens: 10, completionTokens: 0, cachedTokens: 8, audioInputTokens: 8, imageInputTokens: 100)
    #expect(
      try price("1:1:cached_input=2:audio_input=3:image_input=4").cost(of: usage).rawValue == 8 * 2000 + 2
        * 3000)
  }

  @Test("the prices of long prompts hold for the whole request, and only beyond the length")
  func tiers() throws {
    let price = try price("1:10:cached_input=0.1:above=200000:input=2:output=15")
    let short = TokenUsage(promptTokens: 200_000, completionTokens: 100_000, cachedTokens: 100_000)
    #expect(price.cost(of: short).description == "1.11")
    let long = TokenUsage(promptTokens: 200_001, completionTokens: 100_000, cachedTokens: 100_000)
    #expect(price.cost(of: long).description == "1.710002")
  }

  @Test("the dearest price and the largest request do not overflow")
  func extremes() throws {
    let usage = TokenUsage(promptTokens: TokenUsage.limit, completionTokens: TokenUsage.limit)
    #expect(try price("10000:10000:request=10000").cost(of: usage).description == "1000000")
    #expect(
      try price("10000:10000").femtoDollars(of: usage) == 2 * 100_000_000
        * Int128(ModelPrice.highest.rawValue))
  }

  @Test(
    "what is no price is refused",
    arguments: [
      "", "1", "1:", "1:2:", "1:2:3", "1:2:cached=1", "1:2:cached_input=", "1:2:cached_input=-1",
      "1:2:cached_input=1:cached_input=1", "1:2:input=1", "1:2:above=200000", "1:2:above=0:input=1",
      "1:2:above=x:input=1", "1:2:above=9:input=1:input=2", "1:2:above=9:input=1:above=10:input=3",
      "1:2:above=9:request=1", "10000.1:1", "1:2:request=1:above=9:request=1:input=1",
    ])
  func wrong(text: String) { #expect(ModelPrice(parsing: text) == nil) }

  @Test("a price reads back from its JSON, as GET /providers tells it")
  func json() throws {
    let price = try price("1.25:10:cached_input=0.125:request=0.005:above=200000:input=2.5:output=15")
    #expect(
      price.json.description
        == #"{"input":1.25,"cached_input":0.125,"output":10,"request":0.005,"#
        + #""above":{"tokens":200000,"input":2.5,"output":15}}"#)
    #expect(ModelPrice(json: price.json) == price)
  }
}
