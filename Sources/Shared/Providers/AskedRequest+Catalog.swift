extension ProviderCatalog {
  /// What must be known of a request to say what it takes of limits and budgets.
  ///
  /// - Parameters:
  ///   - isPriced: whether budgets count it; without them, targets and prices are not looked up.
  ///   - bytes: of its stored form.
  ///   - passesOverUnpriced: whether targets without a known price are never asked for it.
  public func asked(
    _ request: JobRequest, over route: ProviderRoute, isPriced: Bool, lane: Lane, bytes: Int,
    user: String? = nil, passesOverUnpriced: Bool = false
  ) -> AskedRequest {
    let maxTokens = request.longestAnswer
    var asked = AskedRequest(
      model: request.model, promptTokens: request.estimatedUsage.promptTokens, maxTokens: maxTokens,
      mayPayTwice: route.hedgeAfter != nil || route.retries > 0, lane: lane, bytes: bytes, user: user)
    if case .count = request { asked.isRequestOnly = true }
    guard isPriced else { return asked }
    let kinds = request.billedKinds
    for weighted in route.targets {
      let price = prices[weighted.target]
      if price == nil && passesOverUnpriced { continue }
      asked.targets.append(priced(weighted.target, price, kinds))
    }
    return asked
  }

  /// The most that one answer of one target can cost, as admissions reckon it; zero where no price is known.
  public func highestCost(of request: JobRequest, at target: Target) -> NanoDollars {
    priced(target, prices[target], request.billedKinds)
      .highestCost(promptTokens: request.estimatedUsage.promptTokens, maxTokens: request.longestAnswer)
  }

  /// The longest answer of one target that admissions reserve for, in tokens.
  public func longestAnswer(of request: JobRequest, at target: Target) -> Int {
    PricedTarget(maxOutputTokens: maxOutputTokens(of: target), price: nil)
      .longestAnswer(maxTokens: request.longestAnswer)
  }

  /// Whether a name may stand in `models` of a tenant or key: it means something here, be it off for now, or a pattern
  /// that some name here is like. A pattern of a provider's models is known where the provider is, since any may be asked.
  public func knows(_ name: String) -> Bool {
    let allowed = AllowedModels(names: [name])
    if name.contains("*"), routes.contains(where: { allowed.allows($0.name) }) || aliases.isLike(name) {
      return true
    }
    do {
      _ = try route(for: name)
      return true
    } catch {
      switch error {
      case .providerIsOff, .routeIsOff: return true
      case .unknownName, .unknownProvider: return name.contains("*") && hasModel(like: allowed)
      }
    }
  }

  private func hasModel(like allowed: AllowedModels) -> Bool {
    providers.contains { provider in
      provider.knownModels.contains {
        allowed.allows($0.name) || allowed.allows("\(provider.name)/\($0.name)")
      }
    }
  }

  private func priced(_ target: Target, _ price: ModelPrice?, _ kinds: Set<PriceMember>) -> PricedTarget {
    let longest = maxOutputTokens(of: target)
    guard let price else { return PricedTarget(maxOutputTokens: longest, price: nil) }
    return PricedTarget(maxOutputTokens: longest) { prompt, answer in
      price.highestCost(promptTokens: prompt, answerTokens: answer, kinds: kinds)
    }
  }

  private func maxOutputTokens(of target: Target) -> Int? {
    provider(named: target.provider)?.models.first { $0.name == target.model }?.maxOutputTokens
      ?? prices.listed(target)?.maxOutputTokens
  }
}

extension JobRequest {
  /// As what its tokens may be billed. Whether a cache is written to is the provider's choice too.
  var billedKinds: Set<PriceMember> {
    var kinds: Set<PriceMember> = [.cacheWrite, .cacheWrite1h, .reasoning]
    guard case .chat(let conversation) = self else { return kinds }
    for part in conversation.turns.lazy.flatMap(\.parts) {
      switch part {
      case .audio: kinds.insert(.audioInput)
      case .text, .refusal, .thought, .toolCall, .citation: break
      case .image, .document, .toolResult, .opaque: kinds.formUnion([.imageInput, .audioInput])
      }
    }
    if conversation.extras["generationConfig"]?["responseModalities"] != nil {
      kinds.formUnion([.audioOutput, .imageOutput])
    }
    let modalities = ["modalities", "response_modalities", "responseModalities", "audio"]
    if modalities.contains(where: { conversation.extras[$0] != nil }) {
      kinds.formUnion([.audioOutput, .imageOutput])
    }
    return kinds
  }
}
