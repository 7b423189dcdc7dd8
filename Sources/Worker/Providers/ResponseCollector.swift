import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Shared
import Synchronization

/// Collects one response within its bounds of size and time.
///
/// AsyncHTTPClient's delegate is used rather than its async sequence: everything stays on the event loop, and
/// the waiting task is resumed once, with the whole answer.
final class ResponseCollector: HTTPClientResponseDelegate {
  typealias Response = ProviderResponse

  private struct State {
    var status: Int?
    var headers = HTTPHeaders()
    var body = ByteBuffer()
  }

  private let state = Mutex(State())
  private let watch: AttemptWatch
  private let headLimit: Int
  private let bodyLimit: Int
  private let bytes: AnswerBytes?
  private let firstByte: FirstByte?

  /// The limits are in bytes. What is held of the body is counted as `bytes`. `firstByte` is told when the head of an
  /// answer that is no error comes.
  init(
    bounds: AttemptBounds, headLimit: Int, bodyLimit: Int, bytes: AnswerBytes?, firstByte: FirstByte?
  ) {
    watch = AttemptWatch(bounds)
    self.headLimit = headLimit
    self.bodyLimit = bodyLimit
    self.bytes = bytes
    self.firstByte = firstByte
  }

  /// What has come of an answer that did not come to its end; nil for what nobody pays: a request that was not sent, an
  /// error, and an answer that had not begun, unless it was we who gave it up.
  func unfinished(isGivenUp: Bool) -> UnfinishedAnswer? {
    guard watch.wasSent else { return nil }
    return state.withLock { state in
      let hasBegun = state.body.readableBytes > 0
      guard state.status.map({ (200..<300).contains($0) }) ?? true, isGivenUp || hasBegun else { return nil }
      return UnfinishedAnswer(bytes: BrokenBody.said(in: state.body))
    }
  }

  // MARK: - Time

  func didSendRequestHead(task: HTTPClient.Task<Response>, _ head: HTTPRequestHead) {
    watch.requestIsSent(task)
  }

  // MARK: - Response

  func didReceiveHead(task: HTTPClient.Task<Response>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
    guard head.headers.size <= headLimit else {
      return task.eventLoop.makeFailedFuture(BoundExceeded.headSize(headLimit))
    }
    if (200..<300).contains(head.status.code) { firstByte?.came() }
    state.withLock { state in
      state.status = Int(head.status.code)
      state.headers = head.headers
    }
    return task.eventLoop.makeSucceededVoidFuture()
  }

  /// A failed future makes the client drop the connection.
  func didReceiveBodyPart(task: HTTPClient.Task<Response>, _ part: ByteBuffer) -> EventLoopFuture<Void> {
    let excess = state.withLock { state -> ProviderFault? in
      guard state.body.readableBytes + part.readableBytes <= bodyLimit else {
        return .oversized(.bodySize(bodyLimit), state.status ?? 0, state.headers)
      }
      if state.body.readableBytes == 0 {
        state.body = part
      } else {
        state.body.writeImmutableBuffer(part)
      }
      return nil
    }
    if let excess { return task.eventLoop.makeFailedFuture(excess) }
    bytes?.add(part.readableBytes)
    return task.eventLoop.makeSucceededVoidFuture()
  }

  func didReceiveError(task: HTTPClient.Task<Response>, _ error: any Error) {
    watch.stop()
    bytes?.add(-state.withLock { $0.body.readableBytes })
  }

  func didFinishRequest(task: HTTPClient.Task<Response>) throws -> ProviderResponse {
    watch.stop()
    return try state.withLock { state in
      // The client finishes no request without a head; should it do so, the attempt fails.
      guard let status = state.status else { throw HTTPClientError.remoteConnectionClosed }
      return ProviderResponse(status: status, headers: state.headers, body: state.body)
    }
  }
}
