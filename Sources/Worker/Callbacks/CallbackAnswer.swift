import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// Keeps the head of a receiver's answer and lets a little of its body go by, so that an honest receiver can
/// finish its answer and an endless one is cut.
final class CallbackAnswer: HTTPClientResponseDelegate {
  typealias Response = Void

  /// The most bytes of body that are read.
  static let bodyLimit = 64 * 1024

  /// The body went on past ``bodyLimit``.
  struct TooLong: Error {}

  private struct State {
    var head: HTTPResponseHead?
    var bodyBytes = 0
  }

  private let state = Mutex(State())

  /// Nil until it has come.
  var head: HTTPResponseHead? { state.withLock(\.head) }

  func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
    state.withLock { $0.head = head }
    return task.eventLoop.makeSucceededVoidFuture()
  }

  /// A failed future makes the client drop the connection.
  func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ part: ByteBuffer) -> EventLoopFuture<Void> {
    let bytes = state.withLock { state in
      state.bodyBytes += part.readableBytes
      return state.bodyBytes
    }
    return bytes <= Self.bodyLimit
      ? task.eventLoop.makeSucceededVoidFuture() : task.eventLoop.makeFailedFuture(TooLong())
  }

  func didFinishRequest(task: HTTPClient.Task<Void>) throws {}
}
