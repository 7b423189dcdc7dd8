import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Shared
import Synchronization

/// Reads one streamed response within its bounds, on the connection's event loop, and hands its deltas on as they
/// come.
final class StreamCollector: HTTPClientResponseDelegate {
  typealias Response = ProviderAnswer

  private struct State {
    var answer: StreamedAnswer
    var bounds: AttemptBounds
    var timer: Scheduled<Void>?
  }

  private let state: Mutex<State>
  private let headLimit: Int
  private let onDelta: @Sendable (AnswerDelta) -> Void

  init(
    _ answer: StreamedAnswer, timeouts: ProviderTimeouts, headLimit: Int,
    onDelta: @escaping @Sendable (AnswerDelta) -> Void
  ) {
    let bounds = AttemptBounds(timeouts, total: timeouts.streamTotal, start: .now(), watchesIdle: true)
    state = Mutex(State(answer: answer, bounds: bounds))
    self.headLimit = headLimit
    self.onDelta = onDelta
  }

  /// The answer as far as it has come.
  var answer: StreamedAnswer { state.withLock { $0.answer } }

  // MARK: - Time

  /// Until now the connect time-out ruled.
  func didSendRequestHead(task: HTTPClient.Task<Response>, _ head: HTTPRequestHead) {
    state.withLock { $0.bounds.requestIsSent(at: .now()) }
    watch(task)
  }

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
      state.answer.begin(status: Int(head.status.code), headers: head.headers)
    }
    return task.eventLoop.makeSucceededVoidFuture()
  }

  /// A failed future makes the client drop the connection.
  func didReceiveBodyPart(task: HTTPClient.Task<Response>, _ part: ByteBuffer) -> EventLoopFuture<Void> {
    let read: Result<AnswerDelta, ProviderFault> = state.withLock { state in
      state.bounds.bytesCame(at: .now())
      do throws(ProviderFault) { return .success(try state.answer.feed(part)) } catch {
        return .failure(error)
      }
    }
    switch read {
    case .success(let delta):
      if !delta.isEmpty { onDelta(delta) }
      return task.eventLoop.makeSucceededVoidFuture()
    case .failure(let fault):
      return task.eventLoop.makeFailedFuture(fault)
    }
  }

  func didReceiveError(task: HTTPClient.Task<Response>, _ error: any Error) {
    stopTimer()
  }

  func didFinishRequest(task: HTTPClient.Task<Response>) throws -> ProviderAnswer {
    stopTimer()
    let (answer, rest) = try self.answer.end()
    if !rest.isEmpty { onDelta(rest) }
    return answer
  }
}

extension HTTPHeaders {
  /// What names and values take, in bytes.
  var size: Int { reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count } }
}
