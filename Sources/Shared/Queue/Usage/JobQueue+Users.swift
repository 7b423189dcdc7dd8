import NIOCore

/// Users of tenants, by their names: users.lua.
extension JobQueue {
  /// As many users as one page has at most: each step sums a month of days for each of them.
  public static let mostUsersAtOnce = 200

  /// As many users as one step notes.
  private static let usersAtOnce = 250

  /// Notes when users were named last (Unix milliseconds), and forgets those that were not for as long as usage is kept: more
  /// than it notes, so that they do not pile up.
  public func noteUsers(_ times: [TenantUser: Int64]) async throws(QueueError) {
    for some in Array(times).chunks(of: Self.usersAtOnce) {
      var command = step("users_seen")
      command.append(retention.usage.wholeMilliseconds)
      for (user, time) in some {
        command.append(user.tenant)
        command.append(user.name)
        command.append(time)
      }
      _ = try await perform(command)
    }
  }

  /// Forgets users that were not named for as long as usage is kept: as many steps at most.
  func forgetOldUsers(steps: Int) async throws(QueueError) {
    for _ in 0..<steps {
      var command = step("users_old")
      command.append(retention.usage.wholeMilliseconds)
      guard try await perform(command).string == "1" else { return }
    }
  }

  /// Users of a tenant in the order of their names, behind `name`, at most ``mostUsersAtOnce``.
  ///
  /// - Parameter now: Unix milliseconds, by which it is known which days are kept.
  public func users(
    of tenant: String, after name: String?, count: Int, now: Int64
  ) async throws(QueueError) -> (users: [NamedUser], hasMore: Bool) {
    var command = step("users")
    command.append(tenant)
    command.append(name ?? "")
    command.append(min(count, Self.mostUsersAtOnce))
    appendDays(to: &command, now)
    guard let parts = try await perform(command).array, let more = parts.first?.string else {
      throw .unexpectedReply(step: "users")
    }
    let users = try parts.dropFirst().map { (part) throws(QueueError) in try Self.user(part) }
    return (users, more == "1")
  }

  private static func user(_ reply: RESPValue) throws(QueueError) -> NamedUser {
    guard let parts = reply.array, parts.count == 3, let name = parts[0].string, let days = parts[2].array
    else { throw .unexpectedReply(step: "users") }
    var usage = UsageSums()
    for day in days { if let sums = day.string.flatMap(UsageSums.init(stored:)) { usage += sums } }
    return NamedUser(name: name, lastSeen: parts[1].string.flatMap(Int64.init), usage: usage)
  }

  /// Jobs of a user, the newest first, before one of them. A page may be empty before the end.
  public func jobs(
    of user: TenantUser, before id: JobID?
  ) async throws(QueueError) -> (jobs: [JobRecord], next: JobID?) {
    var command = step("user_jobs", of: user)
    command.append(id?.rawValue ?? "")
    guard let parts = try await perform(command).array, let next = parts.first?.string else {
      throw .unexpectedReply(step: "user_jobs")
    }
    let jobs = parts.dropFirst().compactMap(JobRecord.init)
    return (jobs.map { $0.isUntold ? $0.withoutEnd : $0 }, JobID(rawValue: next))
  }

  /// What a job asks, as it is stored; nil for one that has ended, but for dead letters.
  public func storedRequest(of id: JobID) async throws(QueueError) -> ByteBuffer? {
    try await perform(RedisCommand("GET", "\(base):p:\(id)")).buffer
  }

  /// What is kept of a user goes: jobs that have ended, their answers, events, cached answers, conversations in which
  /// responses name it, and records of usage that are in the sums. Returns its jobs that have not ended, which stay.
  ///
  /// - Parameter now: as of ``users(of:after:count:now:)``.
  public func forget(_ user: TenantUser, now: Int64) async throws(QueueError) -> [JobID] {
    try await rollUsage()
    // Which answers are whose is known by the jobs that made them.
    try await eachPage("user_forget_cached", of: user, from: "0", end: "0") { _ in }
    var open: [JobID] = []
    try await eachPage("user_forget_jobs", of: user, from: "", end: "") { rest in
      open += rest.compactMap { $0.string.flatMap(JobID.init(rawValue:)) }
    }
    try await eachPage("user_forget_conversations", of: user, from: "0", end: "0") { _ in }
    try await eachPage("user_forget_usage", of: user, from: "", end: "") { _ in }
    var command = step("user_forget", of: user)
    appendDays(to: &command, now)
    _ = try await perform(command)
    return open
  }

  /// Takes a step for one page after the other. `body` gets what the step returns behind its cursor and a number.
  private func eachPage(
    _ name: String, of user: TenantUser, from start: String, end: String, _ body: ([RESPValue]) -> Void
  ) async throws(QueueError) {
    var cursor = start
    repeat {
      var command = step(name, of: user)
      command.append(cursor)
      guard let parts = try await perform(command).array, parts.count >= 2, let next = parts[0].string else {
        throw .unexpectedReply(step: name)
      }
      body(Array(parts.dropFirst(2)))
      cursor = next
    } while cursor != end
  }

  private func step(_ name: String, of user: TenantUser) -> RedisCommand {
    var command = step(name)
    command.append(user.tenant)
    command.append(user.name)
    return command
  }

  private func appendDays(to command: inout RedisCommand, _ now: Int64) {
    let day = UsageBuckets.users.milliseconds
    command.append(max(0, now - retention.usage.wholeMilliseconds) / day)
    command.append(now / day)
  }
}

/// A user is one tenant's.
public struct TenantUser: Sendable, Hashable {
  public let tenant: String
  public let name: String

  public init(_ name: String, of tenant: String) {
    self.tenant = tenant
    self.name = name
  }
}
