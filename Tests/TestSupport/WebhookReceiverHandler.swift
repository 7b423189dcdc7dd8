import NIOCore
import NIOHTTP1

/// One connection of a ``WebhookReceiver``.
final class WebhookReceiverHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let record: WebhookReceiver.Record
  private var head: HTTPRequestHead?
  private var body = ByteBuffer()

  init(_ record: WebhookReceiver.Record) { self.record = record }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body.clear()
    case .body(var part): body.writeBuffer(&part)
    case .end:
      guard let head else { return }
      let headers = head.headers.map { ($0.name.lowercased(), $0.value) }
      let request = WebhookReceiver.Request(
        method: head.method.rawValue, target: head.uri,
        headers: Dictionary(headers) { "\($0), \($1)" }, body: String(buffer: body),
        bytes: body)
      answer(record.take(request), context)
    }
  }

  func channelInactive(context: ChannelHandlerContext) { record.countClosedConnection() }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func answer(_ answer: WebhookReceiver.Answer, _ context: ChannelHandlerContext) {
    switch answer {
    case .silence: break
    case .hangUp: context.close(promise: nil)
    case .status(let status, let headers, let text):
      var fields = HTTPHeaders(headers.map { ($0.key, $0.value) })
      fields.add(name: "content-length", value: String(text.utf8.count))
      write(status, fields, context)
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    case .stalledBody(let status):
      write(status, ["content-length": "100"], context)
      context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: "{")))), promise: nil)
    case .endlessBody(let status):
      write(status, ["transfer-encoding": "chunked"], context)
      writeForever(context)
    }
  }

  private func write(_ status: Int, _ headers: HTTPHeaders, _ context: ChannelHandlerContext) {
    let head = HTTPResponseHead(
      version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
  }

  /// A piece once the one before it has left, until the other side is gone.
  private func writeForever(_ context: ChannelHandlerContext) {
    let piece = ByteBuffer(repeating: UInt8(ascii: " "), count: 16 * 1024)
    let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(piece)))).whenSuccess {
      let (handler, context) = loopBound.value
      handler.writeForever(context)
    }
  }
}
