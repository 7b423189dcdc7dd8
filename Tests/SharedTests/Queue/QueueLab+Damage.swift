import NIOCore

@testable import Shared

/// What loses keys, and what is left then.
extension QueueLab {
  func key(_ name: String) -> String { "sluice:{0}:\(name)" }

  /// Sends a command about keys of the queue: what begins with a colon is one.
  @discardableResult
  func redis(_ name: String, _ arguments: String...) async throws -> RESPValue {
    var command = RedisCommand(name)
    for argument in arguments {
      command.append(argument.hasPrefix(":") ? key(String(argument.dropFirst())) : argument)
    }
    return try await redis.send(command)
  }

  /// As if Redis had lost what it knows of a job.
  func loseJob(_ id: JobID) async throws { try await redis("DEL", ":j:\(id)") }

  /// How many members without their job were removed, by index.
  func orphans() async throws -> [String: Int] {
    var orphans: [String: Int] = [:]
    for (name, count) in try await queue.statistics().counts where name.hasPrefix("orphan:") {
      orphans[String(name.dropFirst("orphan:".count))] = count
    }
    return orphans
  }

  /// Claims all that can be claimed, and records answers.
  func work() async throws -> [JobID] {
    let jobs = try await queue.claim(100, worker: "w").jobs
    for job in jobs {
      let settlement = try await queue.complete(job.lease, with: result(), isCacheable: true)
      guard settlement == .recorded else { throw NothingToClaim() }
    }
    return jobs.map(\.lease.id)
  }

  /// The janitor sets right what is left of the damage. Returns what it finds after that, and what is left of the queue:
  /// nothing of either should be there.
  func leftAfterMending() async throws -> [String] {
    _ = try await queue.mend()
    let repairs = try await queue.mend().repairs.map { "\($0.kind) \($0.subject)" }
    return repairs + (try await keys(beginning: Self.passing + ["p:", "heirs"]))
  }

  /// All keys, to be brought back by ``restore(_:)``: a replica that lacks what is written from now on.
  func snapshot() async throws -> [String: ByteBuffer] {
    var dumps: [String: ByteBuffer] = [:]
    for name in try await keys() {
      if let dump = try await redis.send(RedisCommand("DUMP", name)).buffer { dumps[name] = dump }
    }
    return dumps
  }

  func restore(_ dumps: [String: ByteBuffer]) async throws {
    _ = try await redis.send(RedisCommand("FLUSHALL"))
    for (name, dump) in dumps {
      var command = RedisCommand("RESTORE", name, "0")
      command.append(dump)
      _ = try await redis.send(command)
    }
  }
}
