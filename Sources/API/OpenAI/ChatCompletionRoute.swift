import HTTPTypes
import Hummingbird
import NIOCore
import Shared

/// `POST /v1/chat/completions`: what OpenAI's clients ask.
struct ChatCompletionRoute: Sendable {
  let desk: JobDesk
  let bodies: BodyReader
  let catalogs: CatalogSource
  let expiresIn: Duration
  /// How long an answer may take before its client is sent away to come back.
  let wait: Duration

  /// How long a stream's first piece is awaited before the response begins: an error that comes sooner has its own
  /// status.
  private static let patience = Duration.seconds(10)

  var route: Route {
    Route(description) { (call) throws(Problem) in try await call.cancellingOnDisconnect(desk, answer) }
  }

  private func answer(_ call: Call) async throws(Problem) -> Reply {
    guard let client = call.client else { throw .unauthorized }
    let key = try call.idempotencyKey()
    let wait = try call.wait() ?? wait
    var body = try await bodies.read(call, as: ChatCompletionBody.schema)
    try catalogs.current.check(model: body.model)
    var admission = admission(of: body, by: client, key, call)
    body.forgetQuestion()
    return body.stream
      ? try await stream(body, &admission, client, call)
      : try await whole(&admission, client, call, within: wait)
  }

  private func admission(
    of body: ChatCompletionBody, by client: Client, _ key: String?, _ call: Call
  ) -> Admission {
    let order = JobOrder(
      request: .chat(body.request), lane: .interactive, cache: call.cacheMode, metadata: body.metadata,
      expiresIn: expiresIn, streaming: body.stream ? .deltas : nil)
    return desk.admission(
      of: order, by: client, idempotencyKey: key, isAwaited: true, recordsCacheHit: false)
  }

  // MARK: - Whole

  private func whole(
    _ admission: inout Admission, _ client: Client, _ call: Call, within wait: Duration
  ) async throws(Problem) -> Reply {
    let answer = try await OpenAIAnswer.of(&admission, by: client, call, desk: desk, within: wait)
    let completion = ChatCompletion(job: answer.job, created: answer.created / 1000)
    return Reply(
      .ok, json: completion.whole(answer.result), headers: answer.headers, limit: answer.limit)
  }

  // MARK: - Streamed

  private func stream(
    _ body: ChatCompletionBody, _ admission: inout Admission, _ client: Client, _ call: Call
  ) async throws(Problem) -> Reply {
    var headers = EventStream.headers
    let job: JobID
    var limit: RateLimitState?
    switch try await desk.admit(&admission, of: call) {
    case .answered(let source, let result, let created, let limit):
      guard let result = StoredResult(result) else { throw .internalError }
      headers.setJob(source, .hit)
      return reply(result, chunks(body, source, created, client, call), headers, limit)
    case .queued(_, let cache, let state):
      (job, limit) = (admission.id, state)
      headers.setJob(job, cache)
      try await call.admitted(job, client, desk)
    case .replayed(let id):
      job = id
      headers.setJob(job, nil)
      headers[.idempotencyReplayed] = "true"
    }
    let chunks = chunks(body, job, Timestamp.now, client, call)
    // OpenAI's clients know no way to go on with a stream.
    var reader = desk.reader(of: job, for: client, isResumable: false)
    let first = try await begin(&reader)
    if first.contains(where: { $0.kind == .whole }) {
      guard let result = try await desk.read(job, for: client).job.result.flatMap(StoredResult.init) else {
        throw .internalError
      }
      return reply(result, chunks, headers, limit)
    }
    headers.setTarget(of: first)
    return Reply(
      .ok,
      content: .stream { [reader] writer in
        var chunks = chunks
        do { try await chunks.write(first, reader, to: &writer) } catch {
          // The client is gone.
          if call.cancelsOnDisconnect { _ = try? await desk.cancel(job, for: client) }
          throw error
        }
      }, headers: headers, limit: limit)
  }

  /// An answer that is there already, as a stream.
  private func reply(
    _ result: StoredResult, _ chunks: ChatChunkStream, _ headers: HTTPFields, _ limit: RateLimitState?
  ) -> Reply {
    var headers = headers
    headers.set(result)
    return Reply(
      .ok,
      content: .stream { writer in
        var chunks = chunks
        try await chunks.write(result, to: &writer)
      }, headers: headers, limit: limit)
  }

  /// The events up to the first that the client sees. Throws when that is the job's failure.
  private func begin(_ reader: inout EventReader) async throws(Problem) -> [JobEvent] {
    let end = ContinuousClock.now + Self.patience
    var events: [JobEvent] = []
    while true {
      let left = end - .now
      guard left > .zero, case .events(let more) = try await reader.next(within: left) else { return events }
      events += more
      for event in more {
        switch event.kind {
        case .error(let failure): throw .failed(storedError: failure)
        case .delta, .whole, .done: return events
        case .status, .restart: continue
        }
      }
    }
  }

  private func chunks(
    _ body: ChatCompletionBody, _ job: JobID, _ created: Int64, _ client: Client, _ call: Call
  ) -> ChatChunkStream {
    ChatChunkStream(
      desk: desk, client: client, stream: EventStream(channel: call.channel),
      completion: ChatCompletion(job: job, created: created / 1000), requestID: call.id,
      includesUsage: body.includesUsage, model: body.model)
  }
}

extension ProviderCatalog {
  /// Throws ``Problem/modelNotFound(_:)`` when a model's name leads nowhere.
  func check(model: String) throws(Problem) {
    do throws(RoutingError) { _ = try targets(for: model) } catch {
      let sentence = error.description
      throw .modelNotFound(sentence.prefix(1).uppercased() + sentence.dropFirst() + ".")
    }
  }
}
