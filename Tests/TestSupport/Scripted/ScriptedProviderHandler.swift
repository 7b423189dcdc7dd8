import NIOCore
import NIOHTTP1

/// One connection of a ``ScriptedProvider``.
final class ScriptedProviderHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let record: ScriptedProvider.Record
  private var head: HTTPRequestHead?
  private var body = ByteBuffer()

  init(_ record: ScriptedProvider.Record) { self.record = record }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body.clear()
    case .body(var part): body.writeBuffer(&part)
    case .end:
      guard let head else { return }
      let parts = head.uri.dropFirst().split(separator: "/", maxSplits: 1)
      let headers = head.headers.map { ($0.name.lowercased(), $0.value) }
      let request = ScriptedProvider.Request(
        name: parts.first.map(String.init) ?? "", target: "/" + (parts.dropFirst().first ?? ""),
        headers: Dictionary(headers) { "\($0), \($1)" }, body: String(buffer: body))
      let (answer, isDue) = record.take(request, on: context.eventLoop)
      let steps = answer.steps(for: request)
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      isDue.whenSuccess {
        let (handler, context) = bound.value
        handler.play(steps[...], context)
      }
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func play(_ steps: ArraySlice<ScriptedAnswer.Step>, _ context: ChannelHandlerContext) {
    var steps = steps
    while let step = steps.popFirst() {
      switch step {
      case .head(let status, let headers):
        let head = HTTPResponseHead(
          version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: HTTPHeaders(headers))
        context.write(wrapOutboundOut(.head(head)), promise: nil)
      case .bytes(let text):
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
      case .pause(let milliseconds):
        let (rest, bound) = (steps, NIOLoopBound((self, context), eventLoop: context.eventLoop))
        context.eventLoop.scheduleTask(in: .milliseconds(milliseconds)) {
          let (handler, context) = bound.value
          handler.play(rest, context)
        }
        return
      case .end: context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      case .cut:
        context.flush()
        context.close(promise: nil)
      }
    }
  }
}
