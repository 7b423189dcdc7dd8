/// What tenants want kept for less long than the installation keeps it, and users who are named no more: retention.lua.
extension JobQueue {
  /// A tenth of a turn's steps are one tenant's at most: one with many jobs keeps no other waiting for long.
  private static let share = 10

  /// Takes away what is older than a tenant's record says. Longer than for all others nothing is kept. Each turn goes on behind
  /// the tenant, and within a tenant behind the job and the record, with which the one before ended, whoever took it.
  ///
  /// - Parameters:
  ///   - now: Unix milliseconds.
  ///   - steps: how many steps are taken at most; the rest waits for the next turn.
  public func retain(now: Int64, steps: Int) async throws(QueueError) {
    var (left, behind, isFirst) = (steps, "", true)
    repeat {
      left -= 1
      let page = try await keeps(behind: behind)
      for (tenant, times) in page.tenants where left > 0 {
        try await retain(tenant, times, now, share: max(1, steps / Self.share), &left)
        // One for which no steps were left is the next turn's first, unless it had all of this one's.
        if left > 0 || isFirst { behind = tenant }
        isFirst = false
      }
      if left > 0 { behind = page.next }
    } while left > 0 && !behind.isEmpty
    var command = step("kept")
    command.append(behind)
    _ = try await perform(command)
    try await forgetOldUsers(steps: steps)
  }

  private func keeps(
    behind tenant: String
  ) async throws(QueueError) -> (tenants: [(id: String, times: [Int64])], next: String) {
    var command = step("keeps")
    command.append(tenant)
    guard let parts = try await perform(command).array?.compactMap(\.string), let next = parts.first else {
      throw .unexpectedReply(step: "keeps")
    }
    let tenants = stride(from: 1, to: parts.count - 1, by: 2).map { index in
      (parts[index], parts[index + 1].split(separator: " ").compactMap { Int64($0).map { $0 * 1000 } })
    }
    return (tenants, next)
  }

  /// - Parameters:
  ///   - times: how long (ms) results, events and usage stay, 0 for as long as all others'.
  ///   - left: how many steps the turn has left.
  private func retain(
    _ tenant: String, _ times: [Int64], _ now: Int64, share: Int, _ left: inout Int
  ) async throws(QueueError) {
    guard times.count == 3 else { return }
    if times[0] > 0 {
      var command = step("retain_conversations")
      command.append(tenant)
      command.append(times[0])
      try await takeAll(command, atMost: share, &left)
    }
    if let shortest = times.prefix(2).filter({ $0 > 0 }).min() {
      var command = step("retain_jobs")
      command.append(tenant)
      // Younger jobs have not ended so long ago.
      command.append(JobID(unixMilliseconds: max(0, now - shortest)).rawValue)
      command.append(times[0])
      command.append(times[1])
      try await takeAll(command, atMost: share, &left)
    }
    guard times[2] > 0 else { return }
    var command = step("retain_usage")
    command.append(tenant)
    command.append(times[2])
    try await takeAll(command, atMost: share, &left)
  }

  /// Takes a step until it finds nothing more to look at.
  private func takeAll(
    _ command: RedisCommand, atMost most: Int, _ left: inout Int
  ) async throws(QueueError) {
    for _ in 0..<most where left > 0 {
      left -= 1
      guard let more = try await perform(command).array?.first?.string else {
        throw .unexpectedReply(step: command.name)
      }
      if more == "0" { return }
    }
  }
}
