import Logging
import Synchronization

/// Sends commands with a `WAIT` behind them, and knows how the replicas answered last.
final class ReplicaWait: Sendable {
  /// Where replicas are to have what was written.
  private enum Depth: Sendable {
    /// It is to be found out.
    case unknown
    /// On their disks: `WAITAOF`.
    case disk
    /// In their memory: `WAIT`. What their disks do is looked at again at that time.
    case memory(until: ContinuousClock.Instant)
  }

  /// How replicas answered last.
  private enum Standing: UInt8, AtomicRepresentable {
    /// They were not asked yet, or Redis was away since.
    case unknown
    case enough
    case short
  }

  /// How long replicas are not asked for their disks any more that did not answer in time.
  private static let restOfDisks = Duration.seconds(600)

  private let redis: RedisClient
  private let topology: RedisTopology
  private let logger: Logger
  private let depth = Mutex(Depth.unknown)
  private let standing = Atomic(Standing.unknown)

  init(redis: RedisClient, topology: RedisTopology, logger: Logger) {
    self.redis = redis
    self.topology = topology
    self.logger = logger
  }

  private var replicas: Int { topology.configuration.acknowledgingReplicas }
  private var time: Duration { topology.configuration.acknowledgementTime }

  /// Whether it is not known that enough replicas answer.
  var isShort: Bool { standing.load(ordering: .relaxed) != .enough }

  /// An outcome for each item, at the same places.
  func send(_ items: [AcknowledgedLine.Item]) async -> [AcknowledgedLine.Outcome] {
    if isShort {
      // Known to be in vain: what would only be refused afterwards is not written.
      do throws(RedisError) {
        guard try await exchange([]).isAcknowledged else { return await sendUnacknowledged(items) }
      } catch {
        return items.map { _ in .failure(error) }
      }
    }
    do throws(RedisError) {
      let (replies, isAcknowledged) = try await exchange(items.compactMap(\.command))
      return outcomes(of: items, replies, isAcknowledged)
    } catch {
      return items.map { _ in .failure(error) }
    }
  }

  /// Sends what must be sent in any case.
  private func sendUnacknowledged(_ items: [AcknowledgedLine.Item]) async -> [AcknowledgedLine.Outcome] {
    let bold = items.filter { !$0.isCautious }
    let replies: [Result<RESPValue, RedisError>]
    do throws(RedisError) { replies = try await redis.send(bold.compactMap(\.command), extra: .zero) } catch {
      return items.map { _ in .failure(error) }
    }
    var sent = outcomes(of: bold, replies, false)[...]
    return items.map { $0.isCautious ? .failure(refusal) : sent.removeFirst() }
  }

  private func outcomes(
    of items: [AcknowledgedLine.Item], _ replies: [Result<RESPValue, RedisError>], _ isAcknowledged: Bool
  ) -> [AcknowledgedLine.Outcome] {
    var replies = replies[...]
    return items.map { item in
      let reply = item.command == nil ? .success(.null) : replies.removeFirst()
      return reply.map { AcknowledgedClient.Reply(value: $0, isAcknowledged: isAcknowledged) }
    }
  }

  // MARK: - Asking

  /// Sends commands, and asks behind them. Throws where nothing was sent.
  private func exchange(
    _ commands: [RedisCommand]
  ) async throws(RedisError) -> (replies: [Result<RESPValue, RedisError>], isAcknowledged: Bool) {
    let onDisk = await asksDisks()
    // A `WAIT` is for the last write of its own connection. What the commands find written by others counts, too: a job
    // that an idempotency key stands for, say. So there is a write in any case, which does nothing.
    let all = commands + [topology.configuration.probe, question(onDisk: onDisk, within: time)]
    var replies: [Result<RESPValue, RedisError>]
    do throws(RedisError) { replies = try await redis.send(all, extra: time) } catch {
      forget()
      throw error
    }
    let answer = replies.removeLast()
    replies.removeLast()
    guard let count = Self.count(answer) else {
      forget()
      return (replies, false)
    }
    var isEnough = count >= replicas
    if !isEnough, onDisk { isEnough = await isInMemory() }
    note(isEnough: isEnough)
    return (replies, isEnough)
  }

  private func question(onDisk: Bool, within time: Duration) -> RedisCommand {
    // The own disk is the business of `appendfsync always`: there a reply means that it was written.
    var command = onDisk ? RedisCommand("WAITAOF", "0") : RedisCommand("WAIT")
    command.append(replicas)
    // Without a time it would be for ever.
    command.append(max(time.wholeMilliseconds, 1))
    return command
  }

  /// How many replicas answered; nil where Redis was not heard.
  private static func count(_ answer: Result<RESPValue, RedisError>) -> Int? {
    switch answer {
    case .success(.array(let counts)): counts.last?.integer.map(Int.init) ?? 0
    case .success(let count): count.integer.map(Int.init) ?? 0
    // It refuses, or it is no master any more.
    case .failure(.replied): 0
    case .failure: nil
    }
  }

  private func note(isEnough: Bool) {
    let before = standing.exchange(isEnough ? .enough : .short, ordering: .relaxed)
    guard !isEnough else {
      if before == .short { logger.notice("enough replicas of Redis acknowledge again") }
      return
    }
    topology.errors.note(sentence, to: "WAIT")
  }

  /// The next that answers may be another server, whose replicas are others.
  private func forget() {
    _ = standing.compareExchange(expected: .enough, desired: .unknown, ordering: .relaxed)
  }

  /// Looks whether enough replicas are connected, so that it is known before something is written. Where Redis does not
  /// let itself be asked, the first that waits finds out.
  func look() async {
    guard !isShort, let info = try? await redis.send(RedisCommand("INFO", "replication")).string,
      let connected = RedisIdentity.replicas(in: info), connected < replicas
    else { return }
    note(isEnough: false)
  }

  private var sentence: String {
    "NOREPLICAS fewer than \(replicas) replicas acknowledge what is written (REDIS_ACK_REPLICAS)"
  }

  /// Why what is cautious was not sent.
  var refusal: RedisError {
    .replied(server: topology.configuration.description, command: "WAIT", message: sentence)
  }

  // MARK: - Disks

  /// Replicas are asked for their disks where Redis can (7.2), and writes to its own before it replies: replicas that
  /// write once a second would take as long to answer.
  private func asksDisks() async -> Bool {
    switch depth.withLock({ $0 }) {
    case .disk: return true
    case .memory(let end) where ContinuousClock.now < end: return false
    case .memory, .unknown: break
    }
    var canAsk = false
    do throws(RedisError) { canAsk = try await canAskDisks() } catch {
      // While Redis is away, as at a failover, nothing is found out for the next ten minutes.
      guard case .replied(_, _, let message) = error, !RedisErrorReason(message: message).isPassing else {
        return false
      }
    }
    depth.withLock { $0 = canAsk ? .disk : .memory(until: .now + Self.restOfDisks) }
    return canAsk
  }

  private func canAskDisks() async throws(RedisError) -> Bool {
    let fsync = try await redis.send(RedisCommand("CONFIG", "GET", "appendfsync")).array?.last?.string
    let appendOnly = try await redis.send(RedisCommand("CONFIG", "GET", "appendonly")).array?.last?.string
    guard fsync == "always", appendOnly == "yes" else { return false }
    _ = try await redis.send(RedisCommand("WAITAOF", "0", "0", "1"))
    return true
  }

  /// Whether replicas have it in their memory that did not say in time that it is on their disks.
  private func isInMemory() async -> Bool {
    let question = [topology.configuration.probe, question(onDisk: false, within: time / 10)]
    guard let answer = try? await redis.send(question, extra: time).last,
      let count = Self.count(answer), count >= replicas
    else { return false }
    depth.withLock { $0 = .memory(until: .now + Self.restOfDisks) }
    logger.warning(
      """
      replicas of Redis have what is written, but not on their disks within \(time.wholeMilliseconds) ms (they need \
      appendonly yes and appendfsync always); for ten minutes their memory counts
      """)
    return true
  }
}
