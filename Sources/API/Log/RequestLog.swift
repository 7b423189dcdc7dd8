import HTTPTypes
import NIOCore
import Shared

/// Tells of requests that have ended: a line in the log, and metrics.
struct RequestLog: Sendable {
  let access: AccessLog
  let metrics: APIMetrics
  /// Which of clients' headers lines have.
  var recordedHeaders = RecordedHeaders.none

  /// How a request has ended.
  struct End: Sendable {
    /// Nil for a request whose head was not read to its end.
    let method: HTTPRequest.Method?
    let status: Int
    /// Nil for a stream, which its trail has counted.
    let bytesOut: Int?
    let isClientGone: Bool
  }

  /// `client`, `userAgent` and `headers` are worked out for lines only.
  func ended(
    _ trail: RequestTrail, _ end: End, id: RequestID, client: @autoclosure () -> String,
    userAgent: @autoclosure () -> String?, headers: @autoclosure () -> [(name: String, value: String)] = []
  ) {
    let facts = trail.facts
    let total = trail.start.duration(to: .now)
    metrics.ended(facts, end, after: total, since: trail.start)
    let isError = end.status >= 400 || end.isClientGone || facts.isBroken
    guard !facts.isProbe, access.has(isError: isError) else { return }
    let summary = facts.body.flatMap(AnswerSummary.init)
    access.write("request", words: Self.words(facts, end, total)) { line in
      line.member("request_id", id.description)
      line.member("trace_id", facts.traceID)
      line.member("method", end.method?.rawValue)
      line.member("route", facts.route)
      line.member("status", end.status)
      line.member("bytes_in", facts.bytesIn)
      line.member("bytes_out", end.bytesOut ?? facts.bytesOut)
      line.member("tenant", facts.tenant)
      line.member("key", facts.key)
      line.member("user", facts.user)
      line.member("job", facts.job?.rawValue)
      line.member("model", facts.model)
      line.member("target", (summary?.target ?? facts.target)?.description)
      if let summary { Self.add(summary, to: &line) }
      line.member("cache", facts.cache?.rawValue)
      line.member("attempts", summary?.attempts)
      line.member("queue_ms", facts.queueTime(summary)?.wholeMilliseconds)
      line.member("first_token_ms", facts.firstToken.map { trail.start.duration(to: $0).wholeMilliseconds })
      line.member("total_ms", total.wholeMilliseconds)
      line.member("finish_reason", summary?.finishReason)
      line.member("client", client())
      line.member("user_agent", userAgent())
      line.member("client_gone", ifTrue: end.isClientGone)
      line.member("headers", Self.text(of: headers()))
    }
  }

  /// A request was refused of whose head nothing is known: it was no HTTP, too large or too slow.
  func refused(
    _ problem: Problem, id: RequestID, status: Int, bytesOut: Int, client: String?, isClientGone: Bool
  ) {
    metrics.refused(problem)
    ended(
      RequestTrail(), End(method: nil, status: status, bytesOut: bytesOut, isClientGone: isClientGone),
      id: id,
      client: client ?? "unix", userAgent: nil)
  }

  /// Nil for none; the browser or program has a member of its own.
  private static func text(of headers: [(name: String, value: String)]) -> String? {
    let others = headers.filter { $0.name != "user-agent" }
    return others.isEmpty ? nil : others.map { "\($0.name): \($0.value)" }.joined(separator: ", ")
  }

  private static func add(_ summary: AnswerSummary, to line: inout StructuredLine) {
    line.member("tokens_in", summary.promptTokens)
    line.member("tokens_cached", summary.cachedTokens)
    line.member("tokens_out", summary.completionTokens)
    line.member("tokens_reasoning", summary.reasoningTokens)
    line.member("cost_usd", number: summary.cost)
  }

  /// For people: `POST /query 200 in 12 ms`.
  private static func words(_ facts: RequestTrail.Facts, _ end: End, _ total: Duration) -> LogWords {
    "\(end.method?.rawValue ?? "(no method)") \(facts.route ?? "(no route)") \(end.status) in \(total.wholeMilliseconds) ms"
  }
}

extension RequestTrail.Facts {
  /// How long its job had to wait: what of the time from its admission to its end its calls of providers did not take. Nil
  /// where that is not known. The worker's line has it by Redis' clock.
  func queueTime(_ summary: AnswerSummary?) -> Duration? {
    guard cache == .miss || cache == .off, let admitted, let ended, let latency = summary?.latency else {
      return nil
    }
    return max(.zero, admitted.duration(to: ended) - latency)
  }
}
