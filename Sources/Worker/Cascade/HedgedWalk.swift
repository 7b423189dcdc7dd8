import Shared

/// Walks the targets of a route that hedges: when the one that is asked has not begun its answer in time, the next
/// one is asked as well. The first answer wins, and the other call is aborted.
///
/// Two at most are asked at once. With a stream, the first piece is what wins.
struct HedgedWalk: Sendable {
  private enum Event: Sendable {
    /// The contender's turn is over.
    case ended(Int, TargetTurn)
    /// The contender has had its time to begin.
    case due(Int)
    /// A piece of the contender's answer has been told.
    case chosen(Int)
    case nothing
  }

  /// One target that is asked, or was.
  private struct Contender {
    let firstByte = FirstByte()
    let abort: AsyncStream<Never>.Continuation
    var isDue = false
    var turn: TargetTurn?

    init(abort: AsyncStream<Never>.Continuation) { self.abort = abort }

    /// One that is not asked.
    init(unpaid target: Target) {
      abort = AsyncStream<Never>.makeStream().continuation
      turn = .unpaid(target, SpendBound.beyond)
    }

    /// Whether there is hope that it answers soon.
    var isPromising: Bool { turn == nil && (!isDue || firstByte.time != nil) }
  }

  let caller: TargetCaller
  let route: ProviderRoute
  let request: JobRequest
  let targets: [Target]
  let hedgeAfter: Duration
  let bytes: AnswerBytes?
  let own: OwnKeys?
  let spend: SpendBound?
  /// Of a conversation that stays where it is: its keys are drawn by it.
  var seed: UInt64?

  /// The turns of all that were asked, in the order in which they were. At most one of them has an answer; the
  /// others were passed over or overtaken.
  func turns(_ deltas: (any DeltaSink)?) async -> [TargetTurn] {
    let gate = deltas.map { DeltaGate($0) }
    return await withTaskGroup(of: Event.self) { group in
      var contenders: [Contender] = []
      var winner: Int?
      if let gate { group.addTask { await gate.chosen.map { .chosen($0) } ?? .nothing } }
      while true {
        while winner == nil, !Task.isCancelled, contenders.count < targets.count, needsAnother(contenders) {
          guard await mayBuy(contenders) else {
            contenders.append(Contender(unpaid: targets[contenders.count]))
            continue
          }
          let within = spend?.after(committed(contenders))
          contenders.append(start(contenders.count, gate, within: within, in: &group))
        }
        guard contenders.contains(where: { $0.turn == nil }), let event = await group.next() else { break }
        switch event {
        case .due(let number):
          contenders[number].isDue = true
        case .chosen(let number):
          winner = number
        case .ended(let number, let turn):
          contenders[number].turn = turn
          // Where pieces are told, it counts whose were.
          if turn.isLast { winner = gate?.winner ?? winner ?? number }
        case .nothing:
          break
        }
        guard let winner else { continue }
        for (number, contender) in contenders.enumerated() where number != winner { contender.abort.finish() }
      }
      group.cancelAll()
      return settle(contenders, winner)
    }
  }

  /// Two at most are asked, and the second only when the first is slow or has failed. Nothing from two targets is the
  /// answer.
  private func needsAnother(_ contenders: [Contender]) -> Bool {
    let asked = contenders.filter { $0.turn == nil }
    let empty = contenders.filter { if case .empty? = $0.turn?.ending { true } else { false } }
    return empty.count < 2 && asked.count < 2 && !asked.contains(where: \.isPromising)
  }

  /// Whether the next target's answer may be bought, too. Two are reserved, so that is asked only after one that is passed
  /// over, or did not come to its end.
  private func mayBuy(_ contenders: [Contender]) async -> Bool {
    guard let spend, contenders.contains(where: { $0.turn?.spent(by: caller.catalog.prices) != nil }) else {
      return true
    }
    return await spend.allows(
      caller.catalog.highestCost(of: request, at: targets[contenders.count]), after: committed(contenders))
  }

  /// What those that were asked have cost, or may.
  private func committed(_ contenders: [Contender]) -> NanoDollars {
    zip(contenders, targets).reduce(.zero) { sum, asked in
      let (contender, target) = asked
      guard let turn = contender.turn else {
        return sum + caller.catalog.highestCost(of: request, at: target)
      }
      return sum + (turn.spent(by: caller.catalog.prices) ?? .zero)
    }
  }

  private func start(
    _ number: Int, _ gate: DeltaGate?, within: SpendBound?, in group: inout TaskGroup<Event>
  ) -> Contender {
    let (aborted, abort) = AsyncStream<Never>.makeStream()
    let contender = Contender(abort: abort)
    let firstByte = contender.firstByte
    let deltas = gate?.sink(of: number)
    group.addTask {
      .ended(number, await turn(of: number, deltas, firstByte, unless: aborted, within: within))
    }
    group.addTask {
      try? await Task.sleep(for: hedgeAfter)
      return .due(number)
    }
    return contender
  }

  /// The contender's turn, which is given up when `aborted` ends.
  private func turn(
    of number: Int, _ deltas: (any DeltaSink)?, _ firstByte: FirstByte, unless aborted: AsyncStream<Never>,
    within: SpendBound?
  ) async -> TargetTurn {
    let target = targets[number]
    return await withTaskGroup(of: TargetTurn?.self) { group in
      group.addTask {
        await caller.turn(
          of: target, in: route, request, deltas: deltas, firstByte: firstByte,
          isLast: number == targets.count - 1, counting: bytes, own: own, within: within, seed: seed)
      }
      group.addTask {
        for await _ in aborted {}
        return nil
      }
      var turn: TargetTurn?
      while let part = await group.next() {
        turn = part ?? turn
        group.cancelAll()
      }
      return turn ?? TargetTurn(target, [], .aborted)
    }
  }

  private func settle(_ contenders: [Contender], _ winner: Int?) -> [TargetTurn] {
    contenders.enumerated().compactMap { number, contender in
      guard let turn = contender.turn, let winner, number != winner else { return contender.turn }
      let overtaken = turn.overtaken
      if let step = overtaken.steps.last, step.status == .aborted {
        caller.noteOvertaken(turn.target, in: route, after: step.latency)
      }
      return overtaken
    }
  }
}
