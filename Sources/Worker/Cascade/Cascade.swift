import Shared

/// Asks a request's targets in turn until one answers.
///
/// A class, so that jobs share it instead of copying all that it holds.
final class Cascade: Sendable {
  private let catalog: ProviderCatalog
  private let caller: TargetCaller
  private let latencies: LatencyBoard
  private let threads: (any ThreadSharing)?

  /// - Parameters:
  ///   - timeouts: of the providers that have none of their own.
  ///   - threads: who answered conversations last; without it sticky routes are as others.
  init(
    catalog: ProviderCatalog, client: ProviderClient, timeouts: ProviderTimeouts = ProviderTimeouts(),
    board: CircuitBoard, quotas: QuotaBoard, latencies: LatencyBoard, words: UnknownWords,
    tally: KeyTally = KeyTally(), notes: AttemptNotes = AttemptNotes(), threads: (any ThreadSharing)? = nil
  ) {
    self.catalog = catalog
    self.latencies = latencies
    self.threads = threads
    caller = TargetCaller(
      catalog: catalog, client: client, timeouts: timeouts, board: board, quotas: quotas,
      latencies: latencies, words: words, tally: tally, notes: notes)
  }

  /// Walks the targets. With `deltas`, the answer is told there while it comes; once a piece of it has been, no
  /// other target is asked. What is held of answers meanwhile is counted as `bytes`. `own` are the keys that the job's
  /// tenant brings. `thread` is the conversation that it goes on with, where it is to stay with its target. Nothing is bought beyond `spend`; nil for no bound.
  ///
  /// When the task is cancelled a call under way is aborted, and nothing is held against its target.
  func walk(
    _ request: JobRequest, in thread: String? = nil, deltas: (any DeltaSink)? = nil,
    counting bytes: AnswerBytes? = nil, own: OwnKeys? = nil, within spend: SpendBound? = nil
  ) async -> CascadeReport {
    let route: ProviderRoute
    do { route = try catalog.route(for: request.model) } catch { return CascadeReport(.unroutable(error)) }
    guard let thread, let threads, route.isSticky else {
      return await walk(
        request, in: route, preferring: nil, deltas: deltas, counting: bytes, own: own, within: spend)
    }
    let last = try? await threads.target(of: thread)
    let report = await walk(
      request, in: route, preferring: ThreadPlace(thread: thread, target: last), deltas: deltas,
      counting: bytes, own: own, within: spend)
    // Who answers now has it in its cache, whoever it was before. If that cannot be told, the cache is missed once.
    if let target = report.answeredBy, target != last { try? await threads.note(target, of: thread) }
    return report
  }

  private func walk(
    _ request: JobRequest, in route: ProviderRoute, preferring place: ThreadPlace?,
    deltas: (any DeltaSink)?, counting bytes: AnswerBytes?, own: OwnKeys?, within spend: SpendBound?
  ) async -> CascadeReport {
    var targets = order(of: route, for: request)
    if let place { targets = place.first(of: targets) }
    targets = preferringMaker(of: request, targets)
    var progress = CascadeProgress(prices: catalog.prices)
    if spend?.isPricedOnly == true {
      for target in targets where catalog.prices[target] == nil {
        progress.add(.unpaid(target, SpendBound.unpriced))
      }
      targets.removeAll { catalog.prices[$0] == nil }
    }
    if let hedgeAfter = route.hedgeAfter, targets.count > 1 {
      let walk = HedgedWalk(
        caller: caller, route: route, request: request, targets: targets, hedgeAfter: hedgeAfter,
        bytes: bytes, own: own, spend: spend, seed: place?.seed)
      for turn in await walk.turns(deltas) { progress.add(turn) }
    } else {
      var spent: NanoDollars?
      for (index, target) in targets.enumerated() where !progress.isDecided && !Task.isCancelled {
        if let spent, await !mayBuy(request, of: target, after: spent, spend) {
          progress.add(.unpaid(target, SpendBound.beyond))
          continue
        }
        let turn = await caller.turn(
          of: target, in: route, request, deltas: deltas, isLast: index == targets.count - 1,
          counting: bytes, own: own, within: spend?.after(spent), seed: place?.seed)
        if spend != nil, !turn.isLast, let cost = turn.spent(by: catalog.prices) {
          spent = (spent ?? .zero) + cost
        }
        progress.add(turn)
      }
    }
    if Task.isCancelled && !progress.isDecided {
      return CascadeReport(nil, unused: progress.purchase, calls: progress.calls)
    }
    let outcome = progress.outcome
    if case .answered = outcome { return CascadeReport(outcome) }
    return CascadeReport(outcome, unused: progress.purchase)
  }

  /// Whether another answer may be bought where one was that is passed over, or did not come to its end.
  private func mayBuy(
    _ request: JobRequest, of target: Target, after spent: NanoDollars, _ spend: SpendBound?
  ) async -> Bool {
    guard let spend else { return true }
    return await spend.allows(catalog.highestCost(of: request, at: target), after: spent)
  }

  /// A conversation with thoughts that only their maker can take back is the maker's first.
  private func preferringMaker(of request: JobRequest, _ targets: [Target]) -> [Target] {
    guard targets.count > 1, case .chat(let conversation) = request,
      let maker = conversation.maker?.provider, targets[0].provider != maker
    else { return targets }
    return targets.filter { $0.provider == maker } + targets.filter { $0.provider != maker }
  }

  private func order(of route: ProviderRoute, for request: JobRequest) -> [Target] {
    // Most routes: nothing has to be known or counted.
    guard route.strategy != .ordered else { return route.targets.map(\.target) }
    var generator = SystemRandomNumberGenerator()
    let order = TargetOrder(
      route: route, usage: request.estimatedUsage,
      latencies: route.strategy == .fastest ? latencies.latencies : [:], prices: catalog.prices)
    return order.targets(using: &generator)
  }
}
