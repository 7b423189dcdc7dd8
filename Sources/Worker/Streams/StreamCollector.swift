import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Shared
import Synchronization

/// Reads one streamed response within its bounds, on the connection's event loop, and hands its deltas on as they
/// come.
final class StreamCollector: HTTPClientResponseDelegate {
  typealias Response = ProviderAnswer

  private let state: Mutex<StreamedAnswer>
  private let bytes: AnswerBytes?
  private let watch: AttemptWatch
  private let headLimit: Int
  private let onDelta: @Sendable (AnswerDelta) -> Void

  /// What is held of the answer is counted as `bytes`.
  init(
    _ answer: StreamedAnswer, bounds: AttemptBounds, headLimit: Int, bytes: AnswerBytes?,
    onDelta: @escaping @Sendable (AnswerDelta) -> Void
  ) {
    state = Mutex(answer)
    watch = AttemptWatch(bounds)
    self.bytes = bytes
    self.headLimit = headLimit
    self.onDelta = onDelta
  }

  /// The answer as far as it has come.
  var answer: StreamedAnswer { state.withLock { $0 } }

  /// What has come of an answer that did not come to its end, as ``ResponseCollector/unfinished(isGivenUp:)``.
  func unfinished(isGivenUp: Bool) -> UnfinishedAnswer? {
    watch.wasSent ? state.withLock { $0.unfinished(isGivenUp: isGivenUp) } : nil
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
    let isStream = state.withLock { answer in
      answer.begin(status: Int(head.status.code), headers: head.headers)
      return answer.isStream
    }
    if !isStream { watch.comesWhole(task) }
    return task.eventLoop.makeSucceededVoidFuture()
  }

  /// A failed future makes the client drop the connection.
  func didReceiveBodyPart(task: HTTPClient.Task<Response>, _ part: ByteBuffer) -> EventLoopFuture<Void> {
    let (read, hasEvents, growth) = state.withLock { answer in
      let before = answer.heldBytes
      let read = Result { () throws(ProviderFault) in try answer.feed(part) }
      return (read, answer.hasEvents, answer.heldBytes - before)
    }
    watch.bytesCame(withEvent: hasEvents, task)
    bytes?.add(growth)
    switch read {
    case .success(let delta):
      if !delta.isEmpty { onDelta(delta) }
      return task.eventLoop.makeSucceededVoidFuture()
    case .failure(let fault):
      return task.eventLoop.makeFailedFuture(fault)
    }
  }

  func didReceiveError(task: HTTPClient.Task<Response>, _ error: any Error) {
    watch.stop()
    bytes?.add(-state.withLock(\.heldBytes))
  }

  func didFinishRequest(task: HTTPClient.Task<Response>) throws -> ProviderAnswer {
    watch.stop()
    let (answer, rest) = try self.answer.end()
    if !rest.isEmpty { onDelta(rest) }
    return answer
  }
}

extension HTTPHeaders {
  /// What names and values take, in bytes.
  var size: Int { reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count } }
}
