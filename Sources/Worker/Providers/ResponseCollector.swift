import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// Collects one response within its bounds of size and time.
///
/// AsyncHTTPClient's delegate is used rather than its async sequence: everything stays on the event loop, and
/// the waiting task is resumed once, with the whole answer.
final class ResponseCollector: HTTPClientResponseDelegate {
  typealias Response = ProviderResponse

  private struct State {
    var bounds: AttemptBounds
    var status: Int?
    var headers = HTTPHeaders()
    var body = ByteBuffer()
    var timer: Scheduled<Void>?
  }

  private let state: Mutex<State>
  private let headLimit: Int
  private let bodyLimit: Int

  /// The limits are in bytes.
  init(timeouts: ProviderTimeouts, headLimit: Int, bodyLimit: Int) {
    let bounds = AttemptBounds(timeouts, total: timeouts.total, start: .now())
    state = Mutex(State(bounds: bounds))
    self.headLimit = headLimit
    self.bodyLimit = bodyLimit
  }

  // MARK: - Time

  /// Until now the connect time-out ruled.
  func didSendRequestHead(task: HTTPClient.Task<Response>, _ head: HTTPRequestHead) {
    state.withLock { $0.bounds.requestIsSent(at: .now()) }
    watch(task)
  }

  /// One timer for all bounds: most answers come long before the first of them.
  private func watch(_ task: HTTPClient.Task<Response>) {
    switch state.withLock({ $0.bounds.verdict(at: .now()) }) {
    case .exceeded(let bound): task.fail(reason: bound)
    case .soundUntil(let deadline):
      let timer = task.eventLoop.scheduleTask(deadline: deadline) { self.watch(task) }
      state.withLock { $0.timer = timer }
    }
  }

  private func stopTimer() {
    state.withLock { state in
      defer { state.timer = nil }
      return state.timer
    }?.cancel()
  }

  // MARK: - Response

  func didReceiveHead(task: HTTPClient.Task<Response>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
    guard head.headers.size <= headLimit else {
      return task.eventLoop.makeFailedFuture(BoundExceeded.headSize(headLimit))
    }
    state.withLock { state in
      state.bounds.bytesCame(at: .now())
      state.status = Int(head.status.code)
      state.headers = head.headers
    }
    return task.eventLoop.makeSucceededVoidFuture()
  }

  /// A failed future makes the client drop the connection.
  func didReceiveBodyPart(task: HTTPClient.Task<Response>, _ part: ByteBuffer) -> EventLoopFuture<Void> {
    let fits = state.withLock { state in
      guard state.body.readableBytes + part.readableBytes <= bodyLimit else { return false }
      if state.body.readableBytes == 0 {
        state.body = part
      } else {
        state.body.writeImmutableBuffer(part)
      }
      return true
    }
    return fits
      ? task.eventLoop.makeSucceededVoidFuture()
      : task.eventLoop.makeFailedFuture(BoundExceeded.bodySize(bodyLimit))
  }

  func didReceiveError(task: HTTPClient.Task<Response>, _ error: any Error) {
    stopTimer()
  }

  func didFinishRequest(task: HTTPClient.Task<Response>) throws -> ProviderResponse {
    stopTimer()
    return try state.withLock { state in
      // The client finishes no request without a head; should it do so, the attempt fails.
      guard let status = state.status else { throw HTTPClientError.remoteConnectionClosed }
      return ProviderResponse(status: status, headers: state.headers, body: state.body)
    }
  }
}
