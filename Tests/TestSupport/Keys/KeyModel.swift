/// Says of each admission and refusal of a run whether it was right, from the limits as they were made, what clients were
/// told, and what Redis wrote, step by step.
///
/// A limit's arrival time (GCRA) is worked out anew from the times of the admissions. Where a time is known to the
/// millisecond only, as that of a settlement, an arrival time is a range, until Redis' own says which.
public struct KeyModel {
  /// Whether Redis' counters are compared with the model's own, and taken for what the model knows less exactly. Without,
  /// the model goes by times alone: to see what it says of limits that are others than those of the run.
  let comparesCounters: Bool
  let scene: KeyScene
  let questions: [String: KeyQuestion]
  var findings = KeyFindings()

  struct Job {
    let question: KeyQuestion
    let demand: KeyDemand
    let created: Int64
    var gate: String?
    var follows: Bool
    var isSettled = false
    /// What was bought before its present attempt, which counts already.
    var tokens: Int64 = 0
    var nanos: Int64 = 0
  }

  var jobs: [String: Job] = [:]
  var bounds: [KeyQuestion: [KeyBound]] = [:]
  /// Arrival times (microseconds) by field.
  var arrivals: [String: ClosedRange<Int64>] = [:]
  /// Sums by field: `q:`, `n:`, `$:`.
  var sums: [String: Int64] = [:]
  /// The same as Redis has them.
  var stored: [String: Int64] = [:]
  /// Nano-dollars of each budget, and the start of the period that they were spent in.
  var spent: [String: (amount: Int64, start: String)] = [:]
  /// Of hard budgets and of `running`: the most.
  var highest: [String: Int64] = [:]
  /// Who stands at each gate.
  var waiting: [String: Set<String>] = [:]
  /// The values that fields have had, for refusals.
  var past: [String: [Moment]] = [:]
  /// What questions of a kind take, by what is counted: the end of the subject.
  var amounts: [String: [String: Int64]] = [:]
  /// When the last step was whose time is known (microseconds).
  var lastTime: Int64 = 0

  /// A field's value from a time on.
  struct Moment {
    let from: ClosedRange<Int64>
    let value: Int64
  }

  // Of the step at hand.
  var touched: Set<String> = []
  var raised: Set<String> = []
  var spentNow: [String: Int64] = [:]
  var counted: [String: String?] = [:]

  public init(scene: KeyScene, questions: [String: KeyQuestion], comparesCounters: Bool = true) {
    self.scene = scene
    self.questions = questions
    self.comparesCounters = comparesCounters
  }

  /// Judges a whole run.
  public static func judge(
    _ scene: KeyScene, _ questions: [String: KeyQuestion], _ refusals: [KeyRefusal],
    comparesCounters: Bool = true,
    _ steps: ((KeyStep) -> Void) throws -> Void
  ) rethrows -> KeyFindings {
    var model = KeyModel(scene: scene, questions: questions, comparesCounters: comparesCounters)
    try steps { model.take($0) }
    model.judge(refusals)
    // All have ended.
    for (field, sum) in model.sums where sum != 0 && comparesCounters {
      model.findings.add(.counter, field, "\(sum) are left")
    }
    return model.findings
  }

  /// The same of steps that were read before.
  public static func judge(
    _ scene: KeyScene, _ questions: [String: KeyQuestion], _ refusals: [KeyRefusal],
    comparesCounters: Bool = true,
    steps: [KeyStep]
  ) -> KeyFindings {
    judge(scene, questions, refusals, comparesCounters: comparesCounters) { steps.forEach($0) }
  }

  /// Takes the next step.
  public mutating func take(_ step: KeyStep) {
    touched = []
    raised = []
    spentNow = [:]
    counted = [:]
    for case .counted(let field, let value) in step.events { counted[field] = .some(value) }
    let time = time(of: step)
    for event in step.events { apply(event, time) }
    close(time)
  }

  // MARK: - Times

  /// When a step was, in microseconds; nil where nothing says it.
  private mutating func time(of step: KeyStep) -> ClosedRange<Int64>? {
    var admitted: [String: Int64] = [:]
    var milliseconds: Int64?
    for event in step.events {
      switch event {
      case .made(let job):
        if let question = questions[job.id] { admitted[question.tenant, default: 0] += 1 }
        milliseconds = job.created
      case .ended(_, _, let time), .used(_, _, _, let time), .bought(_, _, _, let time):
        milliseconds = milliseconds ?? time
      default: break
      }
    }
    let exact = Set(
      admitted.compactMap { tenant, count in
        (counted[KeyScene.clockField(of: tenant)] ?? nil).flatMap { Int64($0) }.map { $0 - count }
      })
    if let time = exact.first {
      if exact.count > 1 || time / 1000 != milliseconds || time <= lastTime {
        findings.add(.strange, "clock", "\(exact) at \(milliseconds ?? 0) ms after \(lastTime)")
      }
      lastTime = max(lastTime, time)
      return time...time
    }
    guard let milliseconds else { return nil }
    lastTime = max(lastTime, milliseconds * 1000)
    return lastTime...max(lastTime, milliseconds * 1000 + 999)
  }

  /// How long (microseconds) after its beginning a step may look at the clock again: work on many jobs takes a moment, and a
  /// machine may be busy.
  static let longestStep: Int64 = 1_000_000

  // MARK: - Events

  private mutating func apply(_ event: KeyStep.Event, _ time: ClosedRange<Int64>?) {
    switch event {
    case .made(let job): admit(job, time ?? job.created * 1000...job.created * 1000 + 999)
    case .waits(let id, let gate):
      guard let old = jobs[id] else { return }
      if let gate = old.gate { waiting[gate]?.remove(id) }
      if old.gate == nil { take(id, -1) }
      jobs[id]?.gate = gate
      if gate != "-" { waiting[gate, default: []].insert(id) }
    case .passed(let id):
      guard let gate = jobs[id]?.gate else { return }
      waiting[gate]?.remove(id)
      jobs[id]?.gate = nil
      take(id, 1)
    case .leads(let id): lead(id, time)
    case .ended(let id, let state, _): end(id, state)
    case .used(let id, let tokens, let nanos, let record):
      // Its record is written after it was settled.
      settle(id, tokens, nanos, time.map { $0.lowerBound...max($0.lowerBound, record * 1000 + 999) })
    case .bought(let id, let tokens, let nanos, _): buy(id, tokens, nanos, time)
    case .counted: break
    }
  }

  private mutating func admit(_ job: KeyJob, _ time: ClosedRange<Int64>) {
    findings.admissions += 1
    guard let question = questions[job.id] else {
      findings.add(.strange, "job", "no client was told of \(job.id)")
      return
    }
    let bounds = bounds(for: question)
    let demand = job.demand ?? KeyDemand()
    if comparesCounters, !job.isHit { compare(demand, bounds, question) }
    for bound in bounds where bound.measure == .requests { admit(bound, 1, time) }
    guard !job.isHit else { return }
    jobs[job.id] = Job(
      question: question, demand: demand, created: job.created, gate: job.gate, follows: job.follows)
    guard !job.follows else { return }
    note(demand, of: question.kind)
    for rate in demand.tokens {
      if let bound = bounds.first(where: { $0.field == rate.field }) { admit(bound, rate.amount, time) }
    }
    for hold in demand.queued {
      add(hold.amount, to: "q:" + hold.subject)
      let sum = sums["q:" + hold.subject] ?? 0
      if let most = highest["q:" + hold.subject], sum > most {
        findings.add(.tooMany, "q:" + hold.subject, "\(sum) wait with \(job.id)")
      }
    }
    guard demand.hasGates else { return }
    if let gate = job.gate {
      findings.waits += 1
      if gate != "-" { waiting[gate, default: []].insert(job.id) }
    } else {
      take(job.id, 1)
    }
  }

  mutating func bounds(for question: KeyQuestion) -> [KeyBound] {
    if let known = bounds[question] { return known }
    let bounds = scene.bounds(for: question)
    for bound in bounds where bound.window == 0 {
      highest[bound.field] = bound.most
      if bound.measure == .hardBudget { highest["$:" + bound.subject] = bound.most }
      if bound.measure == .softBudget { highest[bound.field] = nil }
    }
    self.bounds[question] = bounds
    return bounds
  }

  /// A request goes by a limit.
  private mutating func admit(_ bound: KeyBound, _ amount: Int64, _ time: ClosedRange<Int64>) {
    let old = arrivals[bound.field] ?? 0...0
    let cost = bound.cost(amount)
    // The later, the more has grown back.
    let early = max(old.lowerBound, time.upperBound) + cost - bound.capacity - time.upperBound
    if early > 0 { findings.add(.tooMany, bound.field, "\(early) us too early at \(time.upperBound)") }
    set(
      bound.field, max(old.lowerBound, time.lowerBound) + cost...max(old.upperBound, time.upperBound) + cost)
  }

  private mutating func note(_ demand: KeyDemand, of kind: String) {
    if let tokens = demand.tokens.first { amounts[kind, default: [:]]["tokens"] = tokens.amount }
    for hold in demand.queued + demand.hardBudgets {
      amounts[kind, default: [:]][String(hold.subject.split(separator: ":").last ?? "")] = hold.amount
    }
  }

  /// Takes what a job holds behind its gates, or gives it back.
  private mutating func take(_ id: String, _ sign: Int64) {
    guard let job = jobs[id], !job.follows else { return }
    for (hold, field) in job.demand.behindGates {
      add(sign * hold.amount, to: field)
      if sign > 0 { raised.insert(field) }
    }
  }

  /// One that followed takes what a call takes; nobody asks whether there is room for its tokens and in its queue.
  private mutating func lead(_ id: String, _ time: ClosedRange<Int64>?) {
    guard let job = jobs[id], job.follows else { return }
    jobs[id]?.follows = false
    for hold in job.demand.queued { add(hold.amount, to: "q:" + hold.subject) }
    if let time {
      for rate in job.demand.tokens {
        guard let bound = bounds[job.question]?.first(where: { $0.field == rate.field }) else { continue }
        let old = arrivals[bound.field] ?? 0...0
        let cost = bound.cost(rate.amount)
        set(
          bound.field,
          max(old.lowerBound, time.lowerBound) + cost...max(
            old.upperBound, time.upperBound + Self.longestStep) + cost)
      }
    }
    // Where it is to wait, the step says so after this.
    if job.gate == nil { take(id, 1) }
  }

  private mutating func end(_ id: String, _ state: String) {
    guard let job = jobs[id], !job.follows, state == "failed", let gate = job.gate else { return }
    let isOver = job.demand.hardBudgets.contains { hold in
      (spent["s:" + hold.subject]?.amount ?? 0) + (spentNow["s:" + hold.subject] ?? 0) + hold.amount
        > hold.most
    }
    if !isOver {
      findings.add(.tooFew, gate, "\(id) was refused at the gate although the budget pays for it")
    }
  }

  /// What was bought by an attempt that is over, be it lost: it counts at once, and what is reserved stays.
  private mutating func buy(_ id: String, _ tokens: Int64, _ nanos: Int64, _ time: ClosedRange<Int64>?) {
    guard let job = jobs[id] else { return }
    jobs[id]?.tokens = tokens
    jobs[id]?.nanos = nanos
    for rate in job.demand.tokens where tokens > job.tokens {
      guard let bound = bounds[job.question]?.first(where: { $0.field == rate.field }), let time else {
        continue
      }
      let (old, cost) = (arrivals[bound.field] ?? 0...0, bound.cost(tokens - job.tokens))
      let late = max(old.upperBound, time.upperBound + Self.longestStep)
      set(bound.field, max(old.lowerBound, time.lowerBound) + cost...late + cost)
    }
    for hold in job.demand.hardBudgets + job.demand.softBudgets where nanos > job.nanos {
      spentNow["s:" + hold.subject, default: 0] += nanos - job.nanos
    }
    // The next attempt must be paid for beside it, or wait.
    for hold in job.demand.hardBudgets where job.gate == nil { raised.insert("$:" + hold.subject) }
  }

  private mutating func settle(_ id: String, _ tokens: Int64, _ nanos: Int64, _ time: ClosedRange<Int64>?) {
    guard let job = jobs[id], !job.follows, !job.isSettled else { return }
    jobs[id]?.isSettled = true
    // The record tells all.
    let (tokens, nanos) = (tokens - job.tokens, nanos - job.nanos)
    for rate in job.demand.tokens {
      guard let bound = bounds[job.question]?.first(where: { $0.field == rate.field }), let time else {
        continue
      }
      let change = bound.cost(tokens) - bound.cost(rate.amount)
      settle(bound, change, grownBack: job.created * 1000 + bound.window, time)
    }
    for hold in job.demand.queued { add(-hold.amount, to: "q:" + hold.subject) }
    if let gate = job.gate { waiting[gate]?.remove(id) } else { take(id, -1) }
    for hold in job.demand.hardBudgets + job.demand.softBudgets where nanos > 0 {
      spentNow["s:" + hold.subject, default: 0] += nanos
    }
  }

  private mutating func settle(
    _ bound: KeyBound, _ change: Int64, grownBack: Int64, _ time: ClosedRange<Int64>
  ) {
    guard change != 0 else { return }
    func settled(_ arrival: Int64, _ now: Int64) -> Int64 {
      if change > 0 { return max(arrival, now) + change }
      guard arrival > now, grownBack > now else { return arrival }
      return max(now, arrival - min(-change, grownBack - now))
    }
    let old = arrivals[bound.field] ?? 0...0
    set(
      bound.field, settled(old.lowerBound, time.lowerBound)...settled(old.upperBound, time.upperBound))
  }

  // MARK: - Values

  private mutating func set(_ field: String, _ arrival: ClosedRange<Int64>) {
    arrivals[field] = arrival
    touched.insert(field)
  }

  private mutating func add(_ amount: Int64, to field: String) {
    sums[field, default: 0] += amount
    touched.insert(field)
  }
}

extension KeyDemand {
  /// What is held behind gates, and the field that counts it.
  var behindGates: [(Hold, field: String)] {
    running.map { ($0, "n:" + $0.subject) } + hardBudgets.map { ($0, "$:" + $0.subject) }
  }
}
