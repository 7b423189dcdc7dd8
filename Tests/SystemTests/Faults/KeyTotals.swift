import Shared
import TestSupport

/// What the usage records of a run come to.
struct KeyTotals {
  private(set) var records = 0
  /// Those of jobs that a provider answered for them alone.
  private(set) var paid: Int64 = 0
  private(set) var attempts: Int64 = 0
  /// Attempts whose worker was lost, and calls that were given up for clients who cancelled.
  private(set) var lost: Int64 = 0
  private(set) var givenUp: Int64 = 0
  /// Nano-dollars by tenant.
  private(set) var nanos: [String: Int64] = [:]
  /// What roll-ups should come to.
  private(set) var byKey = KeyRollUp()
  private(set) var byUser = KeyRollUp()
  /// Records that say something else than the simulator told.
  private(set) var faults: [String] = []
  /// What each kind of question costs that was answered, given up, and lost.
  private var costs: [Purchase: Int64] = [:]

  /// What a record is of, beside attempts that were lost.
  private enum Own: Hashable { case nothing, answer, givenUp, lost }

  private struct Purchase: Hashable {
    let kind: String
    let own: Own
  }

  static func ofRecords(_ queue: JobQueue, _ questions: [String: KeyQuestion]) async throws -> KeyTotals {
    var totals = KeyTotals()
    var all: [UsageRecord] = []
    while true {
      let page = try await queue.usage(after: all.last?.id, count: 1000)
      if page.isEmpty { break }
      all += page
    }
    // What an answer costs is known by those of which nothing was lost, and then what the others have cost beside it.
    for record in all.sorted(by: { $0.lostAttempts < $1.lostAttempts }) {
      totals.add(record, questions[record.job.rawValue])
    }
    return totals
  }

  private mutating func add(_ record: UsageRecord, _ question: KeyQuestion?) {
    records += 1
    attempts += Int64(record.attempts)
    lost += Int64(record.lostAttempts)
    guard let question else {
      faults.append("\(record.job): no client was told of it")
      return
    }
    if record.tenant != question.tenant || record.key != question.key || record.user != question.user {
      faults.append("\(record.job) is another's: \(record)")
    }
    nanos[question.tenant, default: 0] += record.cost.rawValue
    let sum = record.usage.promptTokens + record.usage.completionTokens
    byKey.add(question.tenant, question.key, requests: 1, tokens: Int64(sum), nanos: record.cost.rawValue)
    byUser.add(
      question.tenant, question.user ?? "", requests: 1, tokens: Int64(sum), nanos: record.cost.rawValue)
    // A lost attempt counts as what it had reserved.
    guard let own = own(of: record, tokens: sum - record.lostAttempts * KeyStage.reserved, question) else {
      faults.append("\(record.job) \(record.state), \(record.lostAttempts) lost: \(record.usage)")
      return
    }
    if own == .answer { paid += 1 }
    if own == .givenUp { givenUp += 1 }
    judgeCost(record, own, question.kind)
  }

  /// What the tokens are of that no lost attempt has used; nil where they are of nothing.
  private func own(of record: UsageRecord, tokens: Int, _ question: KeyQuestion) -> Own? {
    let told = question.kind.contains(" more ") ? KeyStage.more : KeyStage.less
    switch tokens {
    case 0: return .nothing
    // An answer may come when its client wants it no more: it is paid all the same.
    case told.promptTokens + told.completionTokens:
      return record.state == .succeeded || record.state == .cancelled ? .answer : nil
    case KeyStage.prompt: return record.state == .cancelled ? .givenUp : nil
    default: return nil
    }
  }

  /// What is bought costs the same each time.
  private mutating func judgeCost(_ record: UsageRecord, _ own: Own, _ kind: String) {
    let ofOwn = costs[Purchase(kind: kind, own: own)]
    var cost = record.cost.rawValue
    if record.lostAttempts > 0 {
      let lost = Purchase(kind: kind, own: .lost)
      // Without a budget nobody has reckoned what it may have cost.
      guard let ofOwn = own == .nothing ? 0 : ofOwn else { return }
      let ofLost = costs[lost] ?? (cost - ofOwn) / Int64(record.lostAttempts)
      costs[lost] = ofLost
      cost -= ofLost * Int64(record.lostAttempts)
    }
    let wanted = own == .nothing ? 0 : ofOwn ?? cost
    costs[Purchase(kind: kind, own: own)] = wanted
    if cost != wanted || (wanted == 0) != (own == .nothing) {
      faults.append("\(record.job) costs \(record.cost), not \(wanted), \(record.lostAttempts) lost")
    }
  }
}
