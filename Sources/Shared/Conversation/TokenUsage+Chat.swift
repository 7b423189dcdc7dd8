public import OrderedCollections

/// Usage in the form of OpenAI's chat completions and embeddings, with what compatible servers add to it
/// (https://platform.openai.com/docs/api-reference/chat/object, https://openrouter.ai/docs/use-cases/usage-accounting,
/// https://api-docs.deepseek.com/api/create-chat-completion, https://docs.perplexity.ai/api-reference).
extension TokenUsage {
  /// Reads a `usage` object and keeps it as ``told``; zero for anything else.
  public init(openAI value: JSONValue?) {
    guard case .object(let usage)? = value, !usage.isEmpty else {
      self = .zero
      return
    }
    if let plain = Self.plain(usage) {
      self = plain
      return
    }
    let prompt = Self.count(usage["prompt_tokens"])
    var completion = Self.count(usage["completion_tokens"])
    let total: Int? =
      Self.isCount(usage["total_tokens"]) ? Self.count(usage["total_tokens"], limit: 2 * Self.limit) : nil
    let ofPrompt = usage["prompt_tokens_details"]
    let ofCompletion = usage["completion_tokens_details"]
    let reasoning = Self.count(ofCompletion?["reasoning_tokens"])
    // xAI counts thoughts beside the answer and not within it; its total has both.
    if reasoning > 0, total.map({ $0 == prompt + completion + reasoning }) ?? (reasoning > completion) {
      completion += reasoning
    }
    // LiteLLM has Anthropic's words for what was written to a cache, and counts it within the prompt
    // (https://docs.litellm.ai/docs/completion/prompt_caching).
    let times = ofPrompt?["cache_creation_token_details"] ?? usage["cache_creation"]
    let hour = Self.count(times?["ephemeral_1h_input_tokens"])
    let written = Self.most([
      ofPrompt?["cache_write_tokens"], ofPrompt?["cache_creation_tokens"],
      usage["cache_creation_input_tokens"], times?["ephemeral_1h_input_tokens"],
    ])
    self.init(
      promptTokens: prompt, completionTokens: completion, totalTokens: total,
      // DeepSeek's, Moonshot's and LiteLLM's stand outside the details.
      cachedTokens: Self.most([
        ofPrompt?["cached_tokens"], usage["prompt_cache_hit_tokens"], usage["cached_tokens"],
        usage["cache_read_input_tokens"],
      ]),
      cacheWriteTokens: written - hour, cacheWrite1hTokens: hour, reasoningTokens: reasoning,
      audioInputTokens: Self.count(ofPrompt?["audio_tokens"]),
      imageInputTokens: Self.count(ofPrompt?["image_tokens"]),
      audioOutputTokens: Self.count(ofCompletion?["audio_tokens"]),
      imageOutputTokens: Self.count(ofCompletion?["image_tokens"]),
      toldCost: Self.cost(in: usage))
    saysNothingRead = promptTokens == 0 && Self.isNought(usage["prompt_tokens"])
    told = Self.told(usage, total: totalTokens)
  }

  /// Of members that say the same, of which some servers send several.
  private static func most(_ counts: [JSONValue?]) -> Int { counts.reduce(0) { max($0, count($1)) } }

  /// The three counts alone, with nothing in them to mend, as most servers tell them.
  private static func plain(_ usage: JSONObject) -> TokenUsage? {
    guard usage.count <= 3 else { return nil }
    var (prompt, completion, total) = (0, 0, Int?.none)
    for (name, value) in usage {
      guard case .integer(let count) = value, (0...Int64(limit)).contains(count) else { return nil }
      switch name {
      case "prompt_tokens": prompt = Int(count)
      case "completion_tokens": completion = Int(count)
      case "total_tokens": total = Int(count)
      default: return nil
      }
    }
    var plain = TokenUsage(promptTokens: prompt, completionTokens: completion, totalTokens: total)
    if prompt == 0 { plain.saysNothingRead = usage["prompt_tokens"] != nil }
    return plain
  }

  // MARK: - Cost

  /// What the provider says that the answer costs. All dialects that have a usage object may have it there.
  static func cost(in usage: JSONObject) -> NanoDollars? {
    guard let cost = ["cost", "estimated_cost"].lazy.compactMap({ usage[$0] }).first(where: { !$0.isNull })
    else {
      return usage["cost_in_usd_ticks"]?.double.flatMap(cost(ticks:))
    }
    // Perplexity's is an object.
    guard let dollars = NanoDollars(told: cost["total_cost"] ?? cost) else { return nil }
    // With a key of the customer's own, OpenRouter's cost is its fee alone, and the provider's stands beside it.
    guard usage["is_byok"]?.bool == true,
      let upstream = NanoDollars(told: usage["cost_details"]?["upstream_inference_cost"])
    else { return dollars }
    return dollars + upstream
  }

  /// xAI's, of which 10^10 are a dollar (https://docs.x.ai/docs/key-information/consumption-and-rate-limits).
  private static func cost(ticks: Double) -> NanoDollars? {
    guard ticks >= 0 else { return nil }
    return NanoDollars(rawValue: Int64(min((ticks / 10).rounded(.up), Double(NanoDollars.limit.rawValue))))
  }

  // MARK: - What clients are told

  /// The object as it came, with the three counts that clients rely on and without counts that cannot be true.
  /// Empty where it holds nothing beyond them: they are written from the fields.
  private static func told(_ usage: JSONObject, total: Int) -> JSONObject {
    var told = usage
    var hasMore = false
    for (name, value) in usage {
      switch name {
      case "prompt_tokens", "completion_tokens": told[name] = mended(value, limit: limit)
      case "total_tokens": told[name] = mended(value, limit: 2 * limit)
      default:
        hasMore = true
        if case .object(let members) = value,
          name == "prompt_tokens_details" || name == "completion_tokens_details"
        {
          told[name] = .object(members.mapValues { $0.double == nil ? $0 : mended($0, limit: limit) })
        } else if value.double != nil, name.hasSuffix("_tokens") {
          told[name] = mended(value, limit: limit)
        }
      }
    }
    guard hasMore else { return [:] }
    for name in ["prompt_tokens", "completion_tokens"] where told[name] == nil { told[name] = 0 }
    if told["total_tokens"] == nil { told["total_tokens"] = .integer(Int64(total)) }
    return told
  }

  private static func mended(_ count: JSONValue, limit: Int) -> JSONValue {
    .integer(Int64(Self.count(count, limit: limit)))
  }

  /// ``write(to:)`` as a value.
  public var openAIForm: JSONObject {
    if !told.isEmpty { return told }
    var usage: JSONObject = [
      "prompt_tokens": .integer(Int64(promptTokens)), "completion_tokens": .integer(Int64(completionTokens)),
      "total_tokens": .integer(Int64(totalTokens)),
    ]
    func details(_ counts: KeyValuePairs<String, Int>) -> JSONValue? {
      let members = counts.filter { $0.value > 0 }.map { ($0.key, JSONValue.integer(Int64($0.value))) }
      return members.isEmpty ? nil : .object(JSONObject(uniqueKeysWithValues: members))
    }
    usage["prompt_tokens_details"] = details([
      "cached_tokens": cachedTokens, "cache_write_tokens": cacheWriteTokens + cacheWrite1hTokens,
      "audio_tokens": audioInputTokens, "image_tokens": imageInputTokens,
    ])
    usage["completion_tokens_details"] = details([
      "reasoning_tokens": reasoningTokens, "audio_tokens": audioOutputTokens,
      "image_tokens": imageOutputTokens,
    ])
    return usage
  }

  /// Writes ``told``, or where that is empty OpenAI's form of the counts; details only where there are some.
  public func write(to json: inout JSONWriter) {
    guard told.isEmpty, !hasDetails else { return json.write(.object(openAIForm)) }
    json.object { json in
      json.member("prompt_tokens", Int64(promptTokens))
      json.member("completion_tokens", Int64(completionTokens))
      json.member("total_tokens", Int64(totalTokens))
    }
  }

  private var hasDetails: Bool {
    cachedTokens | cacheWriteTokens | cacheWrite1hTokens | audioInputTokens | imageInputTokens
      | reasoningTokens
      | audioOutputTokens | imageOutputTokens != 0
  }
}
