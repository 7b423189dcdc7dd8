/// Usage in the form of Gemini (https://ai.google.dev/api/generate-content#UsageMetadata).
extension TokenUsage {
  /// Reads a `usageMetadata` object; zero for anything else.
  ///
  /// What tools of Gemini's own brought into the prompt is counted apart there, and so are thoughts.
  public init(gemini usage: JSONValue?) {
    let thoughts = Self.count(usage?["thoughtsTokenCount"])
    let total = usage?["totalTokenCount"]
    func input(_ modality: String) -> Int {
      Self.count(of: modality, in: usage?["promptTokensDetails"])
        + Self.count(of: modality, in: usage?["toolUsePromptTokensDetails"])
    }
    func output(_ modality: String) -> Int { Self.count(of: modality, in: usage?["candidatesTokensDetails"]) }
    self.init(
      promptTokens: Self.count(usage?["promptTokenCount"]) + Self.count(usage?["toolUsePromptTokenCount"]),
      completionTokens: Self.count(usage?["candidatesTokenCount"]) + thoughts,
      totalTokens: Self.isCount(total) ? Self.count(total, limit: 2 * Self.limit) : nil,
      cachedTokens: Self.count(usage?["cachedContentTokenCount"]), reasoningTokens: thoughts,
      audioInputTokens: input("AUDIO"), imageInputTokens: input("IMAGE"),
      audioOutputTokens: output("AUDIO"), imageOutputTokens: output("IMAGE"))
    saysNothingRead = promptTokens == 0 && Self.isNought(usage?["promptTokenCount"])
  }

  /// A `usageMetadata` object, from which the counts are read again.
  var geminiForm: JSONObject {
    var usage: JSONObject = [
      "promptTokenCount": .integer(Int64(promptTokens)),
      "candidatesTokenCount": .integer(Int64(max(0, completionTokens - reasoningTokens))),
      "totalTokenCount": .integer(Int64(totalTokens)),
    ]
    if reasoningTokens > 0 { usage["thoughtsTokenCount"] = .integer(Int64(reasoningTokens)) }
    if cachedTokens > 0 { usage["cachedContentTokenCount"] = .integer(Int64(cachedTokens)) }
    usage["promptTokensDetails"] = Self.details(
      audio: audioInputTokens, image: imageInputTokens, of: promptTokens)
    usage["candidatesTokensDetails"] = Self.details(
      audio: audioOutputTokens, image: imageOutputTokens, of: completionTokens - reasoningTokens)
    return usage
  }

  /// Nil where all is text.
  private static func details(audio: Int, image: Int, of all: Int) -> JSONValue? {
    guard audio > 0 || image > 0 else { return nil }
    return .array(
      [("TEXT", all - audio - image), ("AUDIO", audio), ("IMAGE", image)].filter { $0.1 > 0 }.map {
        ["modality": .string($0.0), "tokenCount": .integer(Int64($0.1))]
      })
  }

  private static func count(of modality: String, in details: JSONValue?) -> Int {
    details?.array?.reduce(0) {
      min($0 + ($1["modality"]?.string == modality ? count($1["tokenCount"]) : 0), limit)
    } ?? 0
  }
}
