import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Ends connections of clients that are too slow, send what is no HTTP, or send bodies that nobody reads.
///
/// It stands behind the HTTP decoder. A ``ByteListener`` before the decoder tells it when a head begins.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// A body that did not arrive in time, for whoever reads it.
  struct SlowBody: Error {}

  /// Sent to the channel by whoever begins to read a body: a client that waits to be told so (RFC 9110 section 10.1.1)
  /// is told.
  struct BodyIsWanted: Sendable {}

  struct Limits: Sendable {
    /// From the first byte of a head to its last.
    var head = TimeAmount.seconds(10)
    /// From a head to the end of its body, for one that is small.
    var body = TimeAmount.seconds(30)
    /// What comes of a body lengthens its time, as long as it comes so fast: 32 MiB may take four minutes more.
    var bodyBytesPerSecond: Int64 = 128 * 1024
    /// Between two requests.
    var idle = TimeAmount.seconds(75)
    /// From an answer that came before the end of its request's body to the end of the connection: the
    /// time that the client has to read the answer.
    var linger = TimeAmount.seconds(2)
    /// How many bytes are thrown away in that time before the connection ends at once.
    var lingerBytes = 64 * 1024 * 1024
  }

  private enum Phase {
    case idle, head, body, responding, lingering
  }

  private enum End {
    /// No request came behind them.
    case refusal(Problem, isClientGone: Bool)
    /// What came behind one that ends its connection is nobody's.
    case silence
  }

  private let limits: Limits
  private let departed: DepartedClients?
  private let log: RequestLog?
  private var phase = Phase.idle
  /// Requests whose answers have not been written to their ends. Who sends several at once is answered in turn.
  private var unanswered = 0
  /// What follows once they are; nil where another request may come.
  private var end: End?
  /// Of the body so far, what has not lengthened its time yet: less than a second's worth.
  private var uncountedBytes: Int64 = 0
  private var discardedBytes = 0
  /// Whether the client sends its body only once it is told to.
  private var awaitsContinue = false
  /// When the present phase must be over; nil while it has no bound.
  private var deadline: NIODeadline?
  private var context: ChannelHandlerContext?
  /// Goes off at the deadline or before. A phase that ends in time does not touch it: there are several in each request.
  private var timer: (time: NIODeadline, scheduled: Scheduled<Void>)?

  /// Clients that close their half before they have their answer are told to `departed`, requests that are refused here to
  /// `log`.
  init(limits: Limits = Limits(), departed: DepartedClients? = nil, log: RequestLog? = nil) {
    self.limits = limits
    self.departed = departed
    self.log = log
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    do {
      try context.pipeline.syncOperations.addHandler(ByteListener(connection: self), position: .first)
      enter(.idle, context)
    } catch {
      context.close(promise: nil)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    timer?.scheduled.cancel()
  }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.scheduled.cancel()
    departed?.forget(context.channel)
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .inputClosed? = event as? ChannelEvent, phase == .body || phase == .responding {
      departed?.left(context.channel)
    }
    context.fireUserInboundEventTriggered(event)
  }

  // MARK: - Inbound

  /// Bytes have come, of which the decoder says nothing until they make a whole head.
  fileprivate func bytesArrived() {
    if phase == .idle, let context { enter(.head, context) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard phase != .lingering else { return discard(context, unwrapInboundIn(data)) }
    switch unwrapInboundIn(data) {
    case .head(let head):
      awaitsContinue = head.headerFields.expectsContinue
      uncountedBytes = 0
      unanswered += 1
      enter(.body, context)
    case .body(let bytes):
      awaitsContinue = false
      lengthen(by: bytes.readableBytes)
    case .end: enter(.responding, context)
    }
    context.fireChannelRead(data)
  }

  private func lengthen(by bytes: Int) {
    guard phase == .body, let deadline else { return }
    uncountedBytes += Int64(bytes)
    self.deadline = deadline + .seconds(uncountedBytes / limits.bodyBytesPerSecond)
    uncountedBytes %= limits.bodyBytesPerSecond
  }

  private func discard(_ context: ChannelHandlerContext, _ part: HTTPRequestPart) {
    guard case .body(let bytes) = part else { return }
    discardedBytes += bytes.readableBytes
    if discardedBytes > limits.lingerBytes { context.close(promise: nil) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
    let problem: Problem = error == .headerOverflow ? .headersTooLarge : .badRequest(.malformed)
    let isClientGone = error == .invalidEOFState
    switch phase {
    // Before a head is whole there is nobody else who could answer.
    case .idle, .head: refuse(context, problem, isClientGone: isClientGone)
    case .responding:
      end = error == .closedConnection ? .silence : .refusal(problem, isClientGone: isClientGone)
    case .body: context.fireErrorCaught(error)
    // It has its answer.
    case .lingering: break
    }
  }

  // MARK: - Outbound

  func triggerUserOutboundEvent(
    context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
  ) {
    guard event is BodyIsWanted else {
      return context.triggerUserOutboundEvent(event, promise: promise)
    }
    // A body that has come, or that there is none of, needs no word.
    if phase == .body, awaitsContinue {
      awaitsContinue = false
      context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    }
    promise?.succeed()
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    // The answer to the request whose body comes: nothing is awaited before it.
    let isOfBody = phase == .body && unanswered == 1
    switch unwrapOutboundIn(data) {
    // All has been answered: the server's own word on a body that was no HTTP would be a second answer.
    case _ where phase == .lingering: promise?.succeed()
    case .head(var head) where isOfBody:
      // The rest of the body would be read only to be thrown away.
      head.headerFields[.connection] = "close"
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .end where isOfBody:
      context.writeAndFlush(data, promise: promise)
      enter(.lingering, context)
    case .end:
      context.write(data, promise: promise)
      unanswered -= 1
      if unanswered == 0 { isAnswered(context) }
    default:
      context.write(data, promise: promise)
    }
  }

  private func isAnswered(_ context: ChannelHandlerContext) {
    switch end {
    case .refusal(let problem, let isClientGone): refuse(context, problem, isClientGone: isClientGone)
    case .silence: enter(.lingering, context)
    case nil: enter(.idle, context)
    }
  }

  /// Answers in the handler's stead and ends the connection.
  private func refuse(_ context: ChannelHandlerContext, _ problem: Problem, isClientGone: Bool = false) {
    let id = RequestID(nil)
    let rendered = problem.problemDetails(requestID: id.description)
    log?.refused(
      problem, id: id, status: rendered.status.code, bytesOut: rendered.body.readableBytes,
      client: context.remoteAddress?.ipAddress, isClientGone: isClientGone)
    var headers = rendered.headers
    headers[.requestID] = id.description
    headers[.connection] = "close"
    headers[.contentLength] = String(rendered.body.readableBytes)
    let head = HTTPResponse(status: rendered.status, headerFields: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(rendered.body)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    enter(.lingering, context)
  }

  // MARK: - Time

  private func enter(_ phase: Phase, _ context: ChannelHandlerContext) {
    self.phase = phase
    let limit: TimeAmount? =
      switch phase {
      case .idle: limits.idle
      case .head: limits.head
      case .body: limits.body
      case .responding: nil
      case .lingering: limits.linger
      }
    deadline = limit.map { context.eventLoop.now + $0 }
    setTimer(context)
  }

  private func setTimer(_ context: ChannelHandlerContext) {
    guard let deadline, timer.map({ deadline < $0.time }) ?? true else { return }
    timer?.scheduled.cancel()
    let scheduled = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
      self.timer = nil
      guard let deadline = self.deadline else { return }
      if deadline <= context.eventLoop.now { self.timeIsOver(context) } else { self.setTimer(context) }
    }
    timer = (deadline, scheduled)
  }

  private func timeIsOver(_ context: ChannelHandlerContext) {
    switch phase {
    case .idle, .lingering: context.close(promise: nil)
    case .head: refuse(context, .requestTimeout)
    case .body: context.fireErrorCaught(SlowBody())
    case .responding: break
    }
  }
}

/// Stands before the HTTP decoder and tells the ``ConnectionGuard`` when bytes come.
private final class ByteListener: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let connection: ConnectionGuard

  init(connection: ConnectionGuard) { self.connection = connection }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    connection.bytesArrived()
    context.fireChannelRead(data)
  }
}
