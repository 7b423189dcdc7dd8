import Shared
import TestSupport

/// What the usage records of a run come to.
struct KeyTotals {
  private(set) var records = 0
  /// Those of jobs that a provider answered for them alone.
  private(set) var paid: Int64 = 0
  private(set) var attempts: Int64 = 0
  /// Nano-dollars by tenant.
  private(set) var nanos: [String: Int64] = [:]
  /// What roll-ups should come to.
  private(set) var byKey = KeyRollUp()
  private(set) var byUser = KeyRollUp()
  /// Records that say something else than the simulator told.
  private(set) var faults: [String] = []
  /// What an answer to each kind of question costs.
  private var costs: [String: NanoDollars] = [:]

  static func ofRecords(_ queue: JobQueue, _ questions: [String: KeyQuestion]) async throws -> KeyTotals {
    var totals = KeyTotals()
    var cursor: String?
    while true {
      let page = try await queue.usage(after: cursor, count: 1000)
      guard let last = page.last else { return totals }
      cursor = last.id
      for record in page { totals.add(record, questions[record.job.rawValue]) }
    }
  }

  private mutating func add(_ record: UsageRecord, _ question: KeyQuestion?) {
    records += 1
    attempts += Int64(record.attempts)
    guard let question else {
      faults.append("\(record.job): no client was told of it")
      return
    }
    if record.tenant != question.tenant || record.key != question.key || record.user != question.user {
      faults.append("\(record.job) is another's: \(record)")
    }
    nanos[question.tenant, default: 0] += record.cost.rawValue
    let tokens = TokenUsage(
      promptTokens: record.usage.promptTokens, completionTokens: record.usage.completionTokens)
    let sum = Int64(tokens.promptTokens + tokens.completionTokens)
    byKey.add(question.tenant, question.key, requests: 1, tokens: sum, nanos: record.cost.rawValue)
    byUser.add(question.tenant, question.user ?? "", requests: 1, tokens: sum, nanos: record.cost.rawValue)
    guard tokens != TokenUsage(promptTokens: 0, completionTokens: 0) else {
      if record.cost != .zero { faults.append("\(record.job) costs without tokens") }
      return
    }
    paid += 1
    let told = question.kind.contains(" more ") ? KeyStage.more : KeyStage.less
    if tokens != told || record.state != .succeeded {
      faults.append("\(record.job) \(record.state): \(tokens)")
    }
    let cost = costs[question.kind] ?? record.cost
    costs[question.kind] = cost
    if record.cost != cost || cost == .zero {
      faults.append("\(record.job) costs \(record.cost), not \(cost)")
    }
  }
}
