/// What tenants want kept for less long than the installation keeps it: retention.lua.
extension JobQueue {
  /// Takes away what is older than a tenant's record says. Longer than for all others nothing is kept.
  ///
  /// - Parameters:
  ///   - now: Unix milliseconds.
  ///   - steps: how many steps are taken at most; the rest waits for the next time.
  public func retain(now: Int64, steps: Int) async throws(QueueError) {
    let parts = try await perform(step("keeps")).array?.compactMap(\.string) ?? []
    var left = steps
    for index in stride(from: 0, to: parts.count - 1, by: 2) {
      let times = parts[index + 1].split(separator: " ").compactMap { Int64($0).map { $0 * 1000 } }
      guard times.count == 3 else { continue }
      try await retainJobs(of: parts[index], results: times[0], events: times[1], now, &left)
      try await retainUsage(of: parts[index], times[2], &left)
    }
  }

  private func retainJobs(
    of tenant: String, results: Int64, events: Int64, _ now: Int64, _ left: inout Int
  ) async throws(QueueError) {
    guard let shortest = [results, events].filter({ $0 > 0 }).min() else { return }
    // Younger jobs have not ended so long ago.
    let last = JobID(unixMilliseconds: max(0, now - shortest))
    var cursor = ""
    repeat {
      guard left > 0 else { return }
      left -= 1
      var command = step("retain_jobs")
      command.append(tenant)
      command.append(cursor)
      command.append(last.rawValue)
      command.append(results)
      command.append(events)
      guard let next = try await perform(command).array?.first?.string else {
        throw .unexpectedReply(step: "retain_jobs")
      }
      cursor = next
    } while !cursor.isEmpty
  }

  private func retainUsage(
    of tenant: String, _ time: Int64, _ left: inout Int
  ) async throws(QueueError) {
    guard time > 0 else { return }
    var more = "1"
    while more == "1", left > 0 {
      left -= 1
      var command = step("retain_usage")
      command.append(tenant)
      command.append(time)
      guard let next = try await perform(command).array?.first?.string else {
        throw .unexpectedReply(step: "retain_usage")
      }
      more = next
    }
  }
}
