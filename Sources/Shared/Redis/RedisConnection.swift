import NIOCore
import Synchronization

/// One connection for its whole life: it is made connected, and once it has ended it stays ended.
///
/// Commands that tasks send while the event loop is busy leave together in one write.
final class RedisConnection: Sendable {
  struct Submission: Sendable {
    /// Nil for a command that is awaited to its end.
    let id: UInt64?
    let command: RedisCommand
    let caller: RedisCaller
    let deadline: ContinuousClock.Instant
    let timeout: Duration
  }

  private struct Outbox {
    var submissions: [Submission] = []
    var lastID: UInt64 = 0
  }

  private let server: String
  private let channel: any Channel
  private let handler: NIOLoopBound<RedisChannelHandler>
  private let outbox = Mutex(Outbox())

  /// Must be called on the channel's event loop.
  init(server: String, channel: any Channel, handler: RedisChannelHandler) {
    self.server = server
    self.channel = channel
    self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
  }

  /// Sends a command and waits for its reply until `deadline`, or `timeout` from now where none is given.
  ///
  /// An ordinary command's reply is awaited also by a cancelled task, so that its outcome is known; only
  /// with `isCancellable`, for commands that block, does a cancelled task leave at once.
  func send(
    _ command: RedisCommand, timeout: Duration, deadline: ContinuousClock.Instant? = nil,
    isCancellable: Bool = false
  ) async throws(RedisError) -> RESPValue {
    let deadline = deadline ?? .now + timeout
    guard isCancellable else {
      return try await withCheckedContinuation { caller in
        submit(
          Submission(id: nil, command: command, caller: .alone(caller), deadline: deadline, timeout: timeout))
      }.get()
    }
    let id = outbox.withLock { outbox in
      outbox.lastID += 1
      return outbox.lastID
    }
    return try await withTaskCancellationHandler {
      await withCheckedContinuation { caller in
        submit(
          Submission(id: id, command: command, caller: .alone(caller), deadline: deadline, timeout: timeout))
      }
    } onCancel: {
      cancel(id)
    }.get()
  }

  /// Sends commands one behind the other and waits for all replies, however the others come out. `timeouts` are theirs,
  /// from now on.
  func send(_ commands: [RedisCommand], timeouts: [Duration]) async -> [RedisCaller.Reply] {
    guard !commands.isEmpty else { return [] }
    let now = ContinuousClock.now
    return await withCheckedContinuation { caller in
      let replies = RedisReplies(count: commands.count, caller: caller)
      for (place, (command, timeout)) in zip(commands, timeouts).enumerated() {
        submit(
          Submission(
            id: nil, command: command, caller: .together(replies, place: place), deadline: now + timeout,
            timeout: timeout))
      }
    }
  }

  private func submit(_ submission: Submission) {
    let isFirst: Bool? = outbox.withLock { outbox in
      // Looked at under the lock: a cancellation is either seen here, or comes later and finds the command.
      if submission.id != nil, Task.isCancelled { return nil }
      outbox.submissions.append(submission)
      return outbox.submissions.count == 1
    }
    guard let isFirst else { return refuse(submission) }
    // The first wakes the event loop; what the others add until then goes along.
    if isFirst { channel.eventLoop.execute { self.flush() } }
  }

  private func cancel(_ id: UInt64) {
    let unsent: Submission? = outbox.withLock { outbox in
      outbox.submissions.firstIndex { $0.id == id }.map { outbox.submissions.remove(at: $0) }
    }
    if let unsent { return refuse(unsent) }
    channel.eventLoop.execute { self.handler.value.cancel(id) }
  }

  private func refuse(_ submission: Submission) {
    submission.caller.resume(
      returning: .failure(.cancelled(server: server, command: submission.command.name)))
  }

  private func flush() {
    let submissions = outbox.withLock { outbox in
      defer { outbox.submissions.removeAll(keepingCapacity: true) }
      return outbox.submissions
    }
    handler.value.send(submissions)
  }

  /// Tells `standing` of each reply and of silence from now on, and of the connection's end.
  func report(to standing: RedisStanding) {
    channel.eventLoop.execute { self.handler.value.standing = standing }
    channel.closeFuture.whenComplete { _ in standing.leave() }
  }

  /// Tells `lookout` of each error reply from now on.
  func report(to lookout: RedisLookout) {
    channel.eventLoop.execute { self.handler.value.lookout = lookout }
  }

  /// Calls `body` when it has ended, or at once where it has.
  func whenClosed(_ body: @escaping @Sendable () -> Void) {
    channel.closeFuture.whenComplete { _ in body() }
  }

  var isOpen: Bool { channel.isActive }

  /// Returns when the connection has ended, for whatever reason.
  func waitUntilClosed() async {
    try? await channel.closeFuture.get()
  }

  func close() {
    channel.close(promise: nil)
  }

  /// Takes nothing more and closes once what was sent is answered or past its deadline; what blocks is
  /// given up.
  func closeWhenDrained() {
    channel.eventLoop.execute {
      self.flush()
      self.handler.value.drain()
    }
  }
}
