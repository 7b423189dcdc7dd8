import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// A collector's answer, of which so much is read and no more.
final class ExportAnswer: HTTPClientResponseDelegate {
  typealias Response = Void

  private struct TooLong: Error {}

  private struct State {
    var head: HTTPResponseHead?
    var body = ByteBuffer()
    var isTooLong = false
  }

  /// An answer has a sentence in it at most.
  private static let limit = 64 * 1024

  private let state = Mutex(State())

  func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
    state.withLock { $0.head = head }
    return task.eventLoop.makeSucceededVoidFuture()
  }

  /// A failed future makes the client drop the connection.
  func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ part: ByteBuffer) -> EventLoopFuture<Void> {
    let fits = state.withLock { state in
      guard state.body.readableBytes + part.readableBytes <= Self.limit else {
        state.isTooLong = true
        return false
      }
      state.body.writeImmutableBuffer(part)
      return true
    }
    return fits
      ? task.eventLoop.makeSucceededVoidFuture() : task.eventLoop.makeFailedFuture(TooLong())
  }

  func didFinishRequest(task: HTTPClient.Task<Void>) {}

  /// What it comes to; nil where the collector said too little of it.
  func reply(isWhole: Bool) -> ExportReply? {
    state.withLock { state in
      guard let head = state.head, isWhole || state.isTooLong else { return nil }
      return ExportReply(
        status: Int(head.status.code), headers: head.headers, body: state.isTooLong ? nil : state.body)
    }
  }
}
