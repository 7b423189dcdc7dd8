import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Shared
import Synchronization

/// Reads one streamed response within its bounds, on the connection's event loop, and hands its deltas on as they
/// come.
final class StreamCollector: HTTPClientResponseDelegate {
  typealias Response = ProviderAnswer

  /// What the call comes to: at the dialect's own end, at that of the response, or where it fails.
  let result = EarlyResult<ProviderAnswer>()

  /// What follows an answer is read for so long, and up to so many bytes, so that its connection can be used again.
  private static let grace = (time: Duration.seconds(1), bytes: 1 << 16)

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
    let step = state.withLock { $0.step(with: part) }
    if step.comesBehindEnd {
      return step.bytesBehindEnd <= Self.grace.bytes
        ? task.eventLoop.makeSucceededVoidFuture()
        : task.eventLoop.makeFailedFuture(BoundExceeded.bodySize(Self.grace.bytes))
    }
    bytes?.add(step.growth)
    switch step.read {
    case .success(let delta):
      if let isStream = step.turnsOutAsStream {
        if isStream { watch.comesInEvents(task) } else { watch.comesWhole(task) }
      }
      watch.bytesCame(withEvent: step.hasEvents, task)
      if !delta.isEmpty { onDelta(delta) }
      if step.hasEnded { end(task) }
      return task.eventLoop.makeSucceededVoidFuture()
    case .failure(let fault):
      watch.bytesCame(withEvent: step.hasEvents, task)
      return task.eventLoop.makeFailedFuture(fault)
    }
  }

  /// Nobody waits for what a provider does with its connection once it has said all.
  private func end(_ task: HTTPClient.Task<Response>) {
    watch.answerIsHere(task, grace: Self.grace.time)
    let outcome = Result { try finish() }
    if case .failure = outcome { bytes?.add(-state.withLock(\.heldBytes)) }
    result.tell(outcome)
  }

  private func finish() throws -> ProviderAnswer {
    let (answer, rest) = try self.answer.end()
    if !rest.isEmpty { onDelta(rest) }
    return answer
  }

  func didReceiveError(task: HTTPClient.Task<Response>, _ error: any Error) {
    watch.stop()
    let (hasEnded, held) = state.withLock { ($0.hasEnded, $0.heldBytes) }
    // An answer that is here is held, whatever becomes of its connection.
    if !hasEnded { bytes?.add(-held) }
  }

  func didFinishRequest(task: HTTPClient.Task<Response>) throws -> ProviderAnswer {
    watch.stop()
    let answer = answer
    return try answer.hasEnded ? answer.end().answer : finish()
  }
}

/// What some bytes of a body came to.
private struct AnswerStep {
  let read: Result<AnswerDelta, ProviderFault>
  let hasEvents: Bool
  let hasEnded: Bool
  /// What is held more than before, in bytes.
  let growth: Int
  /// Whether it is a stream, where that is otherwise than its head had said.
  let turnsOutAsStream: Bool?
  /// Whether the answer had ended before.
  let comesBehindEnd: Bool
  let bytesBehindEnd: Int
}

extension StreamedAnswer {
  fileprivate mutating func step(with part: ByteBuffer) -> AnswerStep {
    let (before, wasStream, hadEnded) = (heldBytes, isStream, hasEnded)
    let read = Result { () throws(ProviderFault) in try feed(part) }
    return AnswerStep(
      read: read, hasEvents: hasEvents, hasEnded: hasEnded, growth: heldBytes - before,
      turnsOutAsStream: isStream == wasStream ? nil : isStream, comesBehindEnd: hadEnded,
      bytesBehindEnd: bytesBehindEnd)
  }
}

extension HTTPHeaders {
  /// What names and values take, in bytes.
  var size: Int { reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count } }
}
