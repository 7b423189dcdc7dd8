import HTTPTypes
import Hummingbird
import NIOCore
import Shared

/// The end of a request: its answer goes out, and is told of.
extension APIResponder {
  func response(
    to request: Request, _ reply: Reply, _ headers: HTTPFields, _ id: RequestID, _ trail: RequestTrail,
    _ context: APIContext
  ) -> Response {
    let isHead = request.method == .head
    switch reply.content {
    case .whole(let body):
      // Who hung up meanwhile will not read it; of one that closed its own half, nobody knows.
      let isCut = !context.channel.isActive
      let isGone = isCut || departed.contains(context.channel)
      let bytes = isHead || isCut ? 0 : body.readableBytes
      tell(trail, request.head, reply, id, context, bytesOut: bytes, isClientGone: isGone)
      return Response(
        status: reply.status, headers: headers,
        body: isHead ? ResponseBody() : ResponseBody(byteBuffer: body))
    case .stream where isHead:
      tell(trail, request.head, reply, id, context, bytesOut: 0, isClientGone: false)
      return Response(status: reply.status, headers: headers)
    case .stream(let write):
      return Response(
        status: reply.status, headers: headers,
        body: ResponseBody { [head = request.head] writer in
          do {
            try await write(&writer)
          } catch {
            trail.broke()
            tell(trail, head, reply, id, context, bytesOut: nil, isClientGone: !(error is Problem))
            throw error
          }
          tell(trail, head, reply, id, context, bytesOut: nil, isClientGone: false)
        })
    }
  }

  private func tell(
    _ trail: RequestTrail, _ head: HTTPRequest, _ reply: Reply, _ id: RequestID, _ context: APIContext,
    bytesOut: Int?, isClientGone: Bool
  ) {
    log.ended(
      trail,
      RequestLog.End(
        method: head.method, status: reply.status.code, bytesOut: bytesOut, isClientGone: isClientGone),
      id: id, client: addresses.of(peer: context.peerAddress, headers: head.headerFields),
      userAgent: head.headerFields.shownUserAgent,
      headers: log.recordedHeaders.values(in: head.headerFields))
  }
}
