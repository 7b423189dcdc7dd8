extension KeyModel {
  /// The end of a step: what its bounds and Redis' counters say.
  mutating func close(_ time: ClosedRange<Int64>?) {
    if comparesCounters {
      compareCounters(time)
    } else {
      for (field, amount) in spentNow { spent[field, default: (0, "")].amount += amount }
    }
    for field in raised { checkRoom(field) }
    if comparesCounters { checkGates() }
    remember(time ?? lastTime...lastTime)
  }

  /// Nobody may have passed a gate behind which there was no room.
  private mutating func checkRoom(_ field: String) {
    guard let most = highest[field] else { return }
    let isBudget = field.hasPrefix("$:")
    let budget = isBudget ? spent["s:" + field.dropFirst(2)]?.amount ?? 0 : 0
    let sum = (sums[field] ?? 0) + budget
    if sum > most { findings.add(.tooMany, field, "\(sum) of \(most)\(isBudget ? ", \(budget) spent" : "")") }
  }

  // MARK: - What Redis counts

  private mutating func compareCounters(_ time: ClosedRange<Int64>?) {
    for field in touched.union(counted.keys).union(spentNow.keys).sorted() {
      switch field.prefix(2) {
      case "l:": compareArrival(field, time)
      case "s:": compareSpent(field)
      case "q:", "n:", "$:": compareSum(field)
      case "w:", "c", "-": break
      default: findings.add(.counter, field, "unknown, \(String(describing: counted[field]))")
      }
    }
  }

  private mutating func compareArrival(_ field: String, _ time: ClosedRange<Int64>?) {
    guard let own = arrivals[field] else {
      // Of others than the scene's tenants, or taken away after its time.
      if counted[field] != .some(nil) { findings.add(.counter, field, "nobody was admitted by it") }
      return
    }
    switch counted[field] {
    case .some(.some(let text)):
      guard let value = Int64(text), own.contains(value) else {
        findings.add(.counter, field, "\(text), not \(own.lowerBound)…\(own.upperBound)")
        // From here on its own: one error is told once.
        if let value = Int64(text) { arrivals[field] = value...value }
        return
      }
      arrivals[field] = value...value
    case .some(.none), .none:
      // It is gone, which it may be once its time has come.
      guard touched.contains(field) || counted[field] != nil, let time else { return }
      if own.lowerBound > time.upperBound + Self.longestStep {
        findings.add(.counter, field, "gone before \(own.lowerBound)")
      }
    }
  }

  private mutating func compareSum(_ field: String) {
    let own = sums[field] ?? 0
    switch counted[field] {
    case .some(let text):
      let value = text.flatMap { Int64($0) } ?? 0
      if value != own {
        findings.add(.counter, field, "\(value), not \(own)")
        sums[field] = value
      }
    case .none:
      // Untouched by the step: it has taken as much as it gave.
      let left = stored[field] ?? 0
      if left != own {
        findings.add(.counter, field, "left at \(left), not \(own)")
        sums[field] = left
      }
    }
    stored[field] = sums[field]
  }

  private mutating func compareSpent(_ field: String) {
    let amount = spentNow[field] ?? 0
    let known = spent[field] ?? (0, "")
    guard let text = counted[field] ?? nil else {
      if amount > 0 { findings.add(.counter, field, "\(amount) nano-dollars were not counted") }
      return
    }
    let parts = text.split(separator: " ")
    guard parts.count == 4, let value = Int64(parts[1]) else {
      return findings.add(.counter, field, text)
    }
    let start = String(parts[0])
    // In a new period nothing was spent before.
    let own = (start == known.start || known.start.isEmpty ? known.amount : 0) + amount
    if value != own { findings.add(.counter, field, "\(value) nano-dollars spent, not \(own)") }
    spent[field] = (value, start)
    if let most = highest[field], value > most {
      findings.add(.tooMany, field, "\(value) nano-dollars spent of \(most)")
    }
  }

  // MARK: - Gates

  /// Who has waited longest at a gate must have a reason to. A step looks at so many, so where many wait nothing is said.
  private mutating func checkGates() {
    guard !touched.isEmpty, waiting.values.reduce(0, { $0 + $1.count }) <= 32 else { return }
    for (gate, ids) in waiting where !ids.isEmpty {
      guard ids.count == 1, let id = ids.first, let job = jobs[id] else { continue }
      let isClosed = job.demand.behindGates.contains { hold, field in
        let budget = field.hasPrefix("$:") ? spent["s:" + hold.subject]?.amount ?? 0 : 0
        let isFull = (sums[field] ?? 0) + budget + hold.amount > hold.most
        // Or others wait there, who came before.
        return isFull || (hold.subject != gate && waiting[hold.subject]?.isEmpty == false)
      }
      if !isClosed { findings.add(.tooFew, gate, "\(id) waits at an open gate") }
    }
  }

  // MARK: - Bounds

  /// A job must be counted by exactly what bounds its question.
  mutating func compare(_ demand: KeyDemand, _ bounds: [KeyBound], _ question: KeyQuestion) {
    func check(_ found: [String], _ measures: Set<KeyBound.Measure>) {
      let wanted = bounds.filter { measures.contains($0.measure) }.map { "\($0.subject) \($0.most)" }
      if found.sorted() != wanted.sorted() {
        findings.add(.otherBounds, question.key, "\(found.sorted()), not \(wanted.sorted())")
      }
    }
    func names(_ rates: [KeyDemand.Rate]) -> [String] { rates.map { "\($0.field.dropFirst(2)) \($0.most)" } }
    func names(_ holds: [KeyDemand.Hold]) -> [String] { holds.map { "\($0.subject) \($0.most)" } }
    // What holds nothing until its end keeps nothing.
    guard demand != KeyDemand() || bounds.contains(where: { $0.measure != .requests }) else { return }
    check(names(demand.requests), [.requests])
    check(names(demand.tokens), [.tokens])
    check(names(demand.queued), [.queued, .queuedBytes])
    check(names(demand.running), [.running])
    check(names(demand.hardBudgets), [.hardBudget])
    check(names(demand.softBudgets), [.softBudget])
  }
}
