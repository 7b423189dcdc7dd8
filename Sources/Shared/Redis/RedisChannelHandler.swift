import NIOCore
import NIOSSL

/// Moves bytes between a channel and ``PendingCommands``, which decides.
final class RedisChannelHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer
  typealias Caller = RedisCaller

  private var pending: PendingCommands<Caller>
  private var reader: RESPReader
  /// Takes the messages of a subscribed connection, which are no replies.
  private let onMessage: (@Sendable (ByteBuffer) -> Void)?
  /// What is told of each reply, and of silence; nil where nobody minds.
  var standing: RedisStanding?
  /// What is told of each error reply; nil until the connection is ready.
  var lookout: RedisLookout?
  private var context: ChannelHandlerContext?
  private var timer: Scheduled<Void>?

  init(server: String, onMessage: (@Sendable (ByteBuffer) -> Void)?) throws(RESPReader.Failure) {
    pending = PendingCommands(server: server)
    reader = try RESPReader()
    self.onMessage = onMessage
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    fail(pending.close())
  }

  // MARK: - Out

  /// Sends what has been submitted since the last time, in one write.
  func send(_ submissions: [RedisConnection.Submission]) {
    guard !submissions.isEmpty else { return }
    guard let context else {
      fail(pending.close())
      for submission in submissions { admit(submission) { _ in } }
      return
    }
    var buffer = context.channel.allocator.buffer(capacity: 1024)
    var long = LongCommands()
    for submission in submissions {
      let (number, before) = (pending.next, buffer.readableBytes)
      admit(submission) { $0.encode(into: &buffer) }
      if buffer.readableBytes - before > Self.piece { long.add(number, end: buffer.readableBytes) }
    }
    guard buffer.readableBytes > 0 else { return }
    if long.isEmpty {
      context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    } else {
      write(buffer, of: long, context)
    }
    scheduleTimer(context)
  }

  /// Of a command that is longer, each so many bytes that go out say that Redis takes them.
  private static let piece = 1 << 18

  private func write(_ buffer: ByteBuffer, of long: LongCommands, _ context: ChannelHandlerContext) {
    var rest = buffer
    let size = buffer.readableBytes
    while let piece = rest.readSlice(length: min(Self.piece, rest.readableBytes)), piece.readableBytes > 0 {
      let number = long.number(at: size - rest.readableBytes)
      let written = context.eventLoop.makePromise(of: Void.self)
      written.futureResult.assumeIsolated().whenSuccess {
        if let number { self.pending.commandGrows(number, now: .now) }
      }
      context.write(wrapOutboundOut(piece), promise: written)
    }
    context.flush()
  }

  private func admit(_ submission: RedisConnection.Submission, write: (RedisCommand) -> Void) {
    let command = PendingCommands<Caller>.Command(
      id: submission.id, name: submission.command.name, caller: submission.caller,
      deadline: submission.deadline, timeout: submission.timeout)
    switch pending.send(command) {
    case .write: write(submission.command)
    case .fail(let error): submission.caller.resume(returning: .failure(error))
    }
  }

  func cancel(_ id: UInt64) {
    if let failed = pending.cancel(id) { failed.caller.resume(returning: .failure(failed.error)) }
  }

  /// Closes as soon as what is under way is answered or past its deadline.
  func drain() {
    pending.drain()
    if pending.isDrained, let context { close(context) }
  }

  // MARK: - In

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    do throws(RESPReader.Failure) {
      try reader.feed(unwrapInboundIn(data))
      while let reply = try reader.next() { receive(reply, context) }
      if reader.isAmidReply { pending.replyGrows(now: .now) }
    } catch {
      // What follows cannot be told apart any more.
      close(context, because: error.reason)
    }
  }

  private func receive(_ reply: RESPValue, _ context: ChannelHandlerContext) {
    if let onMessage, case .array(let parts) = reply, parts.count == 3, parts[0].string == "message" {
      if let payload = parts[2].buffer { onMessage(payload) }
      return
    }
    standing?.answered()
    switch pending.receive(reply) {
    case .deliver(let reply, let caller): caller.resume(returning: .success(reply))
    case .fail(let error, let caller):
      lookout?.heard(error)
      caller.resume(returning: .failure(error))
    case .discard: break
    case .close: close(context)
    }
    if pending.isDrained { close(context) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    fail(pending.close())
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case is IOError, is ChannelError, NIOSSLError.uncleanShutdown: close(context)
    default: close(context, because: RedisTLSFault(error).map(String.init(describing:)) ?? "\(error)")
    }
  }

  private func close(_ context: ChannelHandlerContext, because reason: String? = nil) {
    timer?.cancel()
    fail(pending.close(because: reason))
    context.close(promise: nil)
  }

  private func fail(_ failed: [PendingCommands<Caller>.Failed]) {
    for each in failed { each.caller.resume(returning: .failure(each.error)) }
  }

  // MARK: - Deadlines

  /// One timer for the earliest deadline; there is never more than one.
  private func scheduleTimer(_ context: ChannelHandlerContext) {
    guard let deadline = pending.nextAlarm() else { return }
    timer?.cancel()
    let delay = max(deadline - .now, .zero)
    let amount = TimeAmount.nanoseconds(
      delay.components.seconds * 1_000_000_000 + delay.components.attoseconds / 1_000_000_000)
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: amount) {
      self.timer = nil
      guard let context = self.context else { return }
      let expired = self.pending.expire(now: .now)
      // First, so that whoever is told and tries again at once does not wait as long again.
      if expired.fellSilent { self.standing?.ranOut() }
      self.fail(expired.failed)
      if self.pending.isDrained { self.close(context) } else { self.scheduleTimer(context) }
    }
  }
}
