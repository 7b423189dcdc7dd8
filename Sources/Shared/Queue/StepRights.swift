import Synchronization

/// Whether Redis lets this process take the steps of the queue.
///
/// Rights are looked at when a process starts, and can be taken away while it runs. A step that is refused then may be
/// refused half-way. So once one was, each that moves jobs is preceded by a look, until nothing is missing: no more than
/// one finds out by itself, and whoever asks is told what is missing. Leases are renewed, and jobs read, as far as Redis
/// lets.
final class StepRights: Sendable {
  /// What steps do without, in some other way: who waits for messages looks by himself.
  private static let dispensable: Set<String> = [
    "+bzpopmin", "+ping", "+publish", "+pubsub|numsub", "+scan", "+subscribe",
  ]

  /// Steps that would leave a job half-way.
  private static let moving: Set<String> = [
    "ready", "admit", "readmit", "claim", "complete", "fail", "retry", "release", "recall", "cancel",
    "notify",
  ]
  private static let quiet = "_untold"

  private let redis: RedisClient
  private let check: AccessCheck
  private let base: String
  private let doubted = Atomic(false)

  /// `prefix` begins every key, and `base` those of the queue.
  init(redis: RedisClient, prefix: String, base: String) {
    self.redis = redis
    self.base = base
    check = AccessCheck(redis: redis, prefix: prefix)
  }

  /// Whether ``allow(_:)`` is to be asked before each step.
  var isDoubted: Bool { doubted.load(ordering: .relaxed) }

  /// Throws what is missing, where a look is due before this step.
  func allow(_ command: RedisCommand) async throws(RedisError) {
    guard let step = command.step else { return }
    let name = step.hasSuffix(Self.quiet) ? String(step.dropLast(Self.quiet.count)) : step
    if Self.moving.contains(name) { try await require() }
  }

  /// Takes in why a step did not happen.
  func note(_ error: RedisError) {
    guard case .replied(_, _, let message) = error else { return }
    switch RedisErrorReason(message: message) {
    case .noPermission, .unknownCommand: doubted.store(true, ordering: .relaxed)
    default: break
    }
  }

  /// Throws what is missing that steps need; ends the doubt where there is nothing.
  private func require() async throws(RedisError) {
    let missing: [String]
    do throws(RedisError) { missing = try await check.missing(base) } catch {
      throw check.refusal(error).map { .refused(server: redis.configuration.description, $0) } ?? error
    }
    let needed = missing.filter { !(Self.dispensable.contains($0) || $0.hasPrefix("&")) }
    if let refusal = RedisRefusal(missing: needed, user: redis.user) {
      report(refusal)
      throw .refused(server: redis.configuration.description, refusal)
    }
    doubted.store(false, ordering: .relaxed)
  }

  /// Reports what is missing of all that a process needs, also what nobody is refused for.
  func look() async {
    // While Redis is away there is nothing to learn, and what it refuses is reported by itself.
    guard let missing = try? await check.missing(base),
      let refusal = RedisRefusal(missing: missing, user: redis.user)
    else { return }
    report(refusal)
  }

  private func report(_ refusal: RedisRefusal) {
    let word = if case .missingCommands = refusal { "ERR unknown command:" } else { "NOPERM" }
    redis.errors.note("\(word) \(refusal)", to: "FCALL")
  }
}
