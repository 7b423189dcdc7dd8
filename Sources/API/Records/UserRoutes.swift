import Foundation
import HTTPTypes
import NIOCore
import Shared

/// `/admin/users`: whom requests name, what they have used, and what is kept of them.
struct UserRoutes: Sendable {
  let desk: RecordDesk
  let queue: JobQueue
  let log: UserLog

  /// How many steps add up what was used before users are listed: records that came at this moment may be missing.
  private static let rollSteps = 100

  var routes: [Route] {
    [
      Route(listing, handler: list), Route(exporting, handler: export), Route(deletion, handler: delete),
    ]
  }

  // MARK: - Reading

  private func list(_ call: Call) async throws(Problem) -> Reply {
    let size = try call.recordPageSize()
    let cursor = try call.recordCursor { UserCursor.name(in: $0) != nil }.flatMap(UserCursor.name)
    let tenant = try await tenant(call)
    let (users, hasMore): ([NamedUser], Bool)
    await log.write()
    do {
      try await queue.rollUsage(steps: Self.rollSteps)
      (users, hasMore) = try await queue.users(
        of: tenant.rawValue, after: cursor, count: size, now: desk.clock.now)
    } catch { throw Problem(error) }
    return RecordPage.reply(
      users.map { $0.json(of: tenant) }, next: hasMore ? users.last.map { UserCursor.text($0.name) } : nil)
  }

  /// The tenant whose users are meant; throws ``Problem/recordNotFound(_:)`` for one that the caller does not reach. An
  /// administrator of one tenant need not name it.
  private func tenant(_ call: Call) async throws(Problem) -> TenantID {
    let own = try call.reach().tenant?.rawValue
    guard let text = call.query("tenant") ?? own else {
      throw Call.invalid("query", "tenant", "A user is one tenant's: say which, as ?tenant=")
    }
    guard let id = TenantID(rawValue: text) else {
      throw Call.invalid("query", "tenant", "Input should be a tenant's id")
    }
    return try await desk.tenant(id, for: call).record.id
  }

  private func user(_ call: Call) async throws(Problem) -> TenantUser {
    let tenant = try await tenant(call)
    guard let name = call.parameters["id"]?.removingPercentEncoding, UserName.isGood(name) else {
      throw Call.invalid("path", "id", UserName.rule)
    }
    return TenantUser(name, of: tenant.rawValue)
  }

  /// All of a user's jobs, one a line. It is written while it is read, so that there may be any number. Nobody takes what was
  /// asked and answered unseen: each page has its entry in the log before it is read.
  private func export(_ call: Call) async throws(Problem) -> Reply {
    let user = try await user(call)
    let note = try Self.note("user.export", user, call)
    let first = try await page(of: user, before: nil, note)
    let queue = queue
    return Reply(
      .ok,
      content: .stream { writer in
        var page: (jobs: [JobRecord], next: JobID?)? = first
        while let jobs = page?.jobs {
          for job in jobs { try await writer.write(try await Self.line(job, of: user, queue)) }
          if let next = page?.next {
            page = try await self.page(of: user, before: next, note)
          } else {
            page = nil
          }
        }
        try await writer.finish(nil)
      }, headers: [.contentType: "application/x-ndjson", .cacheControl: "no-store"])
  }

  private func page(
    of user: TenantUser, before id: JobID?, _ note: AuditNote
  ) async throws(Problem) -> (jobs: [JobRecord], next: JobID?) {
    _ = try await desk.make(.note, noting: note)
    do { return try await queue.jobs(of: user, before: id) } catch { throw Problem(error) }
  }

  /// The log of changes outlives all else, so it tells the user by a digest.
  private static func note(_ action: String, _ user: TenantUser, _ call: Call) throws(Problem) -> AuditNote {
    let subject = AuditNote.digest(of: ByteBuffer(string: user.name))
    return try AuditNote(
      action, of: subject, by: call,
      before: ["tenant": .string(user.tenant), "id_sha256": .string(subject)])
  }

  /// A job with what was asked, as far as that is still there.
  private static func line(
    _ job: JobRecord, of user: TenantUser, _ queue: JobQueue
  ) async throws(QueueError) -> ByteBuffer {
    let request = try await queue.storedRequest(of: job.id)
    var json = JSONWriter()
    json.object { json in
      json.member("tenant", user.tenant)
      json.member("user", user.name)
      json.name("job")
      JobResource(job).write(to: &json)
      json.name("request")
      if let request { json.write(json: request) } else { json.writeNull() }
    }
    var line = json.buffer
    line.writeString("\n")
    return line
  }

  // MARK: - Deleting

  private func delete(_ call: Call) async throws(Problem) -> Reply {
    let user = try await user(call)
    let note = try Self.note("user.delete", user, call)
    await log.write()
    // First, so that nothing is deleted without its entry.
    _ = try await desk.make(.note, noting: note)
    guard try await forget(user) else { throw .conflict(.recordIsContested) }
    do { try await desk.store.requireAcknowledged() } catch { throw Problem(error) }
    return Reply(.noContent, content: .whole(.init()), headers: [:])
  }
}

extension UserRoutes {
  /// Returns false where the user goes on asking.
  private func forget(_ user: TenantUser) async throws(Problem) -> Bool {
    do {
      let open = try await queue.forget(user, now: desk.clock.now)
      if open.isEmpty { return true }
      for id in open { _ = try await queue.cancel(id, tenant: user.tenant) }
      for id in open { try await waitUntilSettled(id) }
      return try await queue.forget(user, now: desk.clock.now).isEmpty
    } catch { throw Problem(error) }
  }
}

extension UserRoutes {
  private static let looks = 30
  private static let pause = Duration.milliseconds(100)

  /// A worker says within a moment what a job has bought that was cancelled under it. Of one that is lost that is not
  /// waited for.
  private func waitUntilSettled(_ id: JobID) async throws(QueueError) {
    for _ in 0..<Self.looks {
      if try await queue.isSettled(id) { return }
      guard (try? await Task.sleep(for: Self.pause)) != nil else { return }
    }
  }
}

extension NamedUser {
  fileprivate func json(of tenant: TenantID) -> JSONValue {
    [
      "id": .string(name), "tenant": .string(tenant.rawValue),
      "last_seen_at": lastSeen.map { .string(Timestamp.format(unixMilliseconds: $0)) } ?? .null,
      "requests": .integer(usage.requests), "errors": .integer(usage.errors),
      "cached": .integer(usage.cached), "prompt_tokens": .integer(usage.promptTokens),
      "cached_tokens": .integer(usage.cachedTokens), "completion_tokens": .integer(usage.completionTokens),
      "reasoning_tokens": .integer(usage.reasoningTokens),
      "cost_usd": .double(Double(usage.cost.description) ?? usage.cost.dollars),
      "unpriced": .integer(usage.unpriced),
    ]
  }
}
