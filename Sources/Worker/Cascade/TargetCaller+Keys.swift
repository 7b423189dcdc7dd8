import Shared

extension TargetCaller {
  /// Asks `target`, with one key of its provider after the other where the fault is the key's: refused, spent, or at its
  /// limit. With a tenant's own key where it brings one, and then with no other.
  ///
  /// With a `seed` keys come in the same order each time. The parameters are those of ``turn(of:in:_:deltas:firstByte:isLast:counting:under:hasMoreKeys:within:)``.
  func turn(
    of target: Target, in route: ProviderRoute, _ request: JobRequest, deltas: (any DeltaSink)?,
    firstByte: FirstByte? = nil, isLast: Bool = true, counting bytes: AnswerBytes? = nil, own: OwnKeys? = nil,
    within spend: SpendBound? = nil, seed: UInt64? = nil
  ) async -> TargetTurn {
    // Nearly always there is one key, and nothing to choose.
    guard hasKeys || own != nil else {
      return await turn(
        of: target, in: route, request, deltas: deltas, firstByte: firstByte, isLast: isLast, counting: bytes,
        under: nil, within: spend)
    }
    let keys: [ProviderKey]
    switch own?[target.provider] {
    case .unusable(let reason): return Self.skipped(target, reason)
    case .usable(let secret): keys = [ProviderKey(.own, secret, of: target.provider)]
    case nil: keys = order(of: catalog.provider(named: target.provider)?.keys ?? [], target, request, seed)
    }
    guard !keys.isEmpty else {
      return await turn(
        of: target, in: route, request, deltas: deltas, firstByte: firstByte, isLast: isLast, counting: bytes,
        under: nil, within: spend)
    }
    var steps: [CascadeStep] = []
    var earlier: [TargetTurn.KeyFinding] = []
    var unfinished: [TokenUsage] = []
    for (index, key) in keys.enumerated() {
      let hasMore = index < keys.count - 1
      let turn = await turn(
        of: target, in: route, request, deltas: deltas, firstByte: firstByte, isLast: isLast, counting: bytes,
        under: key, hasMoreKeys: hasMore, within: spend)
      steps += turn.steps
      unfinished += turn.unfinished
      let isOfKey = turn.ending.isOfKey
      if hasMore, isOfKey, case .passed(let finding) = turn.ending,
        await mayBuyAgain(request, of: target, after: unfinished, spend)
      {
        earlier.append(TargetTurn.KeyFinding(finding: finding, key: key.place))
        continue
      }
      var whole = TargetTurn(target, steps, turn.ending, dropped: turn.dropped)
      whole.key = key.place
      whole.unfinished = unfinished
      // Where a key had its say, what was wrong with others is of no weight.
      if isOfKey { whole.earlier = earlier }
      return whole
    }
    return TargetTurn(target, steps, .aborted)
  }

  /// By weight; the key under which the conversation's thoughts were made goes first.
  private func order(
    of keys: [ProviderKey], _ target: Target, _ request: JobRequest, _ seed: UInt64?
  ) -> [ProviderKey] {
    guard keys.count > 1 else { return keys }
    let drawn = Self.drawn(keys, seed)
    guard case .chat(let conversation) = request, let maker = conversation.maker,
      maker.provider == target.provider, let first = maker.key
    else { return drawn }
    return drawn.filter { $0.place == first } + drawn.filter { $0.place != first }
  }

  private static func drawn(_ keys: [ProviderKey], _ seed: UInt64?) -> [ProviderKey] {
    if let seed {
      var generator = SplitMix(seed: seed)
      return WeightedDraw.order(keys, by: \.weight, using: &generator)
    }
    var generator = SystemRandomNumberGenerator()
    return WeightedDraw.order(keys, by: \.weight, using: &generator)
  }

  /// Nobody is asked: waiting does not bring a secret, a person does.
  private static func skipped(_ target: Target, _ reason: String) -> TargetTurn {
    let refusal = CircuitRefusal(cause: .keyRefused, reason: reason, wait: .zero)
    var turn = TargetTurn(
      target, [CascadeStep(target, .skipped, reason, .zero, .own)], .passed(.skipped(refusal, of: target)))
    turn.key = .own
    return turn
  }
}

extension TargetTurn.Ending {
  /// Whether another key of the same provider may do better.
  var isOfKey: Bool {
    guard case .passed(let finding) = self else { return false }
    switch finding {
    case .fault(let fault, _, _): return fault.isOfKey
    // No room under this key: its circuit is open, or its quota used up.
    case .skipped: return true
    case .unasked: return false
    }
  }
}
