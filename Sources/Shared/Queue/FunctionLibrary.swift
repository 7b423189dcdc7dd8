import Crypto

/// The steps of the queue as one Redis Function library.
///
/// Its name carries a digest of its source, so processes of two versions run side by side during a rolling
/// upgrade. A Redis that does not have it (new, flushed, restored) is given it when a call says so.
struct FunctionLibrary: Sendable {
  static let current = FunctionLibrary(files: [
    PackageResources.prelude_lua, PackageResources.orphans_lua, PackageResources.owners_lua,
    PackageResources.limits_lua,
    PackageResources.cache_lua,
    PackageResources.lanes_lua, PackageResources.changes_lua,
    PackageResources.deliveries_lua, PackageResources.notices_lua,
    PackageResources.ordinary_lua, PackageResources.shapes_lua, PackageResources.held_lua,
    PackageResources.kept_lua, PackageResources.finished_lua, PackageResources.said_lua,
    PackageResources.traces_lua, PackageResources.events_lua,
    PackageResources.ends_lua, PackageResources.gates_lua, PackageResources.notify_lua,
    PackageResources.handover_lua, PackageResources.bought_lua,
    PackageResources.intake_lua, PackageResources.coalescing_lua, PackageResources.hits_lua,
    PackageResources.admit_lua, PackageResources.turns_lua,
    PackageResources.claim_lua, PackageResources.renew_lua, PackageResources.complete_lua,
    PackageResources.retry_lua, PackageResources.read_lua,
    PackageResources.dead_lua, PackageResources.acknowledged_lua,
    PackageResources.mend_lua, PackageResources.recount_lua, PackageResources.walk_lua,
    PackageResources.here_lua,
    PackageResources.roll_lua, PackageResources.outbox_lua, PackageResources.room_lua,
    PackageResources.circuits_lua, PackageResources.quotas_lua, PackageResources.latencies_lua,
    PackageResources.threads_lua,
    PackageResources.own_keys_lua, PackageResources.rights_lua,
    PackageResources.access_lua, PackageResources.standing_lua, PackageResources.reserved_lua,
    PackageResources.users_lua, PackageResources.retention_lua, PackageResources.bounds_lua,
    PackageResources.depths_lua, PackageResources.responses_lua, PackageResources.conversations_lua,
  ])

  /// Such as `sluice_1f0c33a9`.
  let name: String
  /// What `FUNCTION LOAD` takes.
  let source: String

  init(files: [[UInt8]]) {
    let steps = files.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
    let digest = SHA256.hash(data: Array(steps.utf8)).prefix(4)
    let hex = digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    name = "sluice_\(hex)"
    source = "#!lua name=\(name)\nlocal LIBRARY = '\(name)'\n\(steps)"
  }

  /// A call of one step on one base key; the step's arguments are appended to it.
  func call(_ step: String, base: String) -> RedisCommand {
    var command = RedisCommand("FCALL", "\(name)_\(step)", "1", base)
    command.step = step
    return command
  }
}

extension RedisClient {
  /// Sends a step, and gives Redis the library first when it does not know it.
  func send(step command: RedisCommand, deadline: Duration? = nil) async throws(RedisError) -> RESPValue {
    do {
      return try await send(command, deadline: deadline)
    } catch let error {
      guard error.isFunctionMissing else { throw error }
      try await load(.current)
      return try await send(command, deadline: deadline)
    }
  }

  private func load(_ library: FunctionLibrary) async throws(RedisError) {
    do {
      _ = try await send(RedisCommand("FUNCTION", "LOAD", library.source))
    } catch let error {
      // Another process was faster.
      guard case .replied(_, _, let message) = error, message.contains("already exists") else { throw error }
    }
  }
}
