import NIOCore
import Synchronization

/// One connection for its whole life: it is made connected, and once it has ended it stays ended.
///
/// Commands that tasks send while the event loop is busy leave together in one write.
final class RedisConnection: Sendable {
  struct Submission: Sendable {
    let id: UInt64
    let command: RedisCommand
    let caller: RedisChannelHandler.Caller
    let deadline: ContinuousClock.Instant
    let timeout: Duration
  }

  private struct Outbox {
    var submissions: [Submission] = []
    var nextID: UInt64 = 0
  }

  private let channel: any Channel
  private let handler: NIOLoopBound<RedisChannelHandler>
  private let outbox = Mutex(Outbox())

  /// Must be called on the channel's event loop.
  init(channel: any Channel, handler: RedisChannelHandler) {
    self.channel = channel
    self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
  }

  /// Sends a command and waits for its reply, at most `timeout`.
  ///
  /// An ordinary command's reply is awaited also by a cancelled task, so that its outcome is known; only
  /// with `isCancellable`, for commands that block, does a cancelled task leave at once.
  func send(
    _ command: RedisCommand, timeout: Duration, isCancellable: Bool = false
  ) async throws(RedisError) -> RESPValue {
    let id = outbox.withLock { outbox in
      outbox.nextID += 1
      return outbox.nextID
    }
    guard isCancellable else { return try await submit(command, id, timeout).get() }
    return try await withTaskCancellationHandler {
      await submit(command, id, timeout)
    } onCancel: {
      channel.eventLoop.execute { self.handler.value.cancel(id) }
    }.get()
  }

  private func submit(
    _ command: RedisCommand, _ id: UInt64, _ timeout: Duration
  ) async -> Result<RESPValue, RedisError> {
    await withCheckedContinuation { caller in
      let submission = Submission(
        id: id, command: command, caller: caller, deadline: .now + timeout, timeout: timeout)
      let isFirst = outbox.withLock { outbox in
        outbox.submissions.append(submission)
        return outbox.submissions.count == 1
      }
      // The first wakes the event loop; what the others add until then goes along.
      if isFirst { channel.eventLoop.execute { self.flush() } }
    }
  }

  private func flush() {
    let submissions = outbox.withLock { outbox in
      defer { outbox.submissions.removeAll(keepingCapacity: true) }
      return outbox.submissions
    }
    handler.value.send(submissions)
  }

  /// Returns when the connection has ended, for whatever reason.
  func waitUntilClosed() async {
    try? await channel.closeFuture.get()
  }

  func close() {
    channel.close(promise: nil)
  }
}
