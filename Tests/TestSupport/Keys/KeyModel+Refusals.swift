extension KeyModel {
  /// Keeps what has changed, for refusals.
  mutating func remember(_ time: ClosedRange<Int64>) {
    for field in touched.union(counted.keys) {
      switch field.prefix(2) {
      case "l:": if let arrival = arrivals[field] { note(field, time, arrival.upperBound) }
      case "q:": note(field, time, sums[field] ?? 0)
      case "s:": if let spent = spent[field] { note(field, time, spent.amount) }
      default: break
      }
    }
  }

  private mutating func note(_ field: String, _ time: ClosedRange<Int64>, _ value: Int64) {
    past[field, default: [Moment(from: 0...0, value: 0)]].append(Moment(from: time, value: value))
  }

  /// Each must have been right at some time between the question and its answer.
  mutating func judge(_ refusals: [KeyRefusal]) {
    for refusal in refusals {
      findings.refusals += 1
      let all = bounds(for: refusal.question)
      let named = all.filter { $0.text == refusal.limit && $0.scope == refusal.scope }
      guard !named.isEmpty else {
        findings.add(.otherBounds, refusal.limit, "is no limit of the \(refusal.scope) \(refusal.question)")
        continue
      }
      let name = "\(refusal.scope) \(refusal.limit)"
      findings.refusalsByBound[name, default: 0] += 1
      let length = refusal.asked.upperBound - refusal.asked.lowerBound
      if named.allSatisfy({ $0.window == 0 || length < $0.cost(1) }) { findings.sharpRefusals += 1 }
      if !named.contains(where: { isFull($0, refusal) }) {
        findings.add(
          .tooFew, name, "\(named.map(\.field)) had room for \(refusal.question) in \(refusal.asked)")
      }
    }
  }

  /// Whether a bound had no room at some time between question and answer.
  private func isFull(_ bound: KeyBound, _ refusal: KeyRefusal) -> Bool {
    func amount(_ counted: String) -> Int64 { amounts[refusal.question.kind]?[counted] ?? 1 }
    let code = String(bound.subject.split(separator: ":").last ?? "")
    switch bound.measure {
    case .requests, .tokens:
      let room = bound.capacity - bound.cost(bound.measure == .requests ? 1 : amount("tokens"))
      return wasEver(bound.field, refusal.asked) { max($0, $1) - room > $1 }
    case .queued, .queuedBytes, .hardBudget:
      return wasEver(bound.field, refusal.asked) { value, _ in value + amount(code) > bound.most }
    case .running, .softBudget: return false
    }
  }

  /// Whether something was true of a field's value at a time of `span`: for an arrival time it is soonest after the change.
  private func wasEver(
    _ field: String, _ span: ClosedRange<Int64>, _ isTrue: (_ value: Int64, _ time: Int64) -> Bool
  ) -> Bool {
    let moments = past[field] ?? [Moment(from: 0...0, value: 0)]
    // The last that may have begun before the question was asked, and those before it that may have lasted until then.
    var (low, high) = (0, moments.count)
    while low < high {
      let middle = (low + high) / 2
      if moments[middle].from.lowerBound <= span.lowerBound { low = middle + 1 } else { high = middle }
    }
    var first = max(low - 1, 0)
    while first > 0, moments[first].from.upperBound > span.lowerBound { first -= 1 }
    for moment in moments[first...] {
      if moment.from.lowerBound > span.upperBound { return false }
      if isTrue(moment.value, max(moment.from.lowerBound, span.lowerBound)) { return true }
    }
    return false
  }
}
