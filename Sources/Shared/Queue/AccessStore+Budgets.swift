/// Jobs that wait for a budget, for its next period or for others to give back what they have reserved: where the budget is
/// changed they come to their gates again, judged by what it is now (bounds.lua). What was taken in to wait goes on waiting,
/// also where `on_budget` has become `refuse`.
extension AccessStore {
  /// Has jobs looked at that wait, of changes that another process did not finish: of so many records at most.
  public func reconsider(records most: Int) async throws(QueueError) {
    let range = RedisCommand("ZRANGE", "\(queue.base):rebound", "0", "\(most - 1)")
    for member in try await queue.perform(range).array?.compactMap(\.string) ?? [] {
      let parts = member.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2 else { continue }
      try await reconsider(tenant: parts[0], key: parts[1])
    }
  }

  /// Has those looked at that wait for budgets of a tenant and its users or, unless `key` is empty, of one of its keys. Where
  /// that takes more steps, the janitor begins again.
  func reconsider(tenant: String, key: String, steps: Int = .max) async throws(QueueError) {
    let member = "\(tenant) \(key)"
    let score = RedisCommand("ZSCORE", "\(queue.base):rebound", member)
    guard let epoch = try await queue.perform(score).string else { return }
    let budgets = try await budgets(tenant: tenant, key: key)
    var (cursor, left) = ("0", steps)
    repeat {
      guard left > 0 else { return }
      left -= 1
      var command = queue.step("reconsider")
      for argument in [tenant, key, cursor] { command.append(argument) }
      for (name, budget) in budgets {
        command.append(name)
        command.append(budget.kind == .hard ? 1 : 0)
        command.append(budget.most.rawValue)
      }
      guard let next = try await queue.perform(command).array?.first?.string else {
        throw .unexpectedReply(step: "reconsider")
      }
      cursor = next
    } while cursor != "0"
    var command = queue.step("reconsidered")
    command.append(member)
    command.append(epoch)
    _ = try await queue.perform(command)
  }

  /// The budgets that a record has now, by the names of their counters.
  private func budgets(
    tenant: String, key: String
  ) async throws(QueueError) -> [(name: String, budget: Budget)] {
    let records = try await records(tenant: tenant, key: key)
    do {
      if !key.isEmpty {
        guard let json = records.key.json else { return [] }
        let key = try APIKey(stored: JSONParser.parse(json))
        return Self.named(key.budgets, LimitSubject(key: key.id))
      }
      guard let json = records.tenant.json else { return [] }
      let tenant = try Tenant(stored: JSONParser.parse(json))
      return Self.named(tenant.budgets, LimitSubject(tenant: tenant.id))
        + Self.named(tenant.userBudgets, LimitSubject(everyUserOf: tenant.id))
    } catch { throw .unexpectedReply(step: "access") }
  }

  private static func named(_ budgets: [Budget], _ subject: LimitSubject) -> [(name: String, budget: Budget)]
  {
    zip(budgets, Budget.codes(of: budgets)).map { (subject.counting($1, of: $0.model), $0) }
  }
}
