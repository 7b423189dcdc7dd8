import NIOCore
import Shared

/// Tells of jobs that a worker has ended: a line in the log, and metrics.
struct JobLog: Sendable {
  let access: AccessLog
  let metrics: WorkerMetrics
  /// Nil where keys have no names.
  let keys: KeyNames?

  /// A job has been recorded as ended. `model` is what was asked, `unused` what was bought without an answer, `trace` the
  /// trace that it is in (32 hexadecimal digits).
  func ended(
    _ job: ClaimedJob, asked model: String?, with verdict: JobVerdict, _ account: JobAccount?,
    after unused: Purchase?, began: ContinuousClock.Instant?, since start: ContinuousClock.Instant,
    in trace: String? = nil
  ) async {
    if let account { metrics.ended(account, with: verdict.result, trace: JobTracing.current?.recordedTrace) }
    guard access.has(isError: verdict.failure != nil) else { return }
    let key = await name(of: account)
    let total = account?.total ?? start.duration(to: .now)
    let (result, failure) = (verdict.result, verdict.failure)
    access.write("job", words: Self.words(job, verdict, total)) { line in
      line.member("trace_id", trace)
      line.add(job, of: account, key, failure == nil ? .succeeded : .failed, asked: model)
      line.member("target", verdict.answering)
      if let result {
        line.add(result.usedInAll)
        line.member("cost_usd", decimal: result.cost.rawValue, places: 9)
      } else if let unused {
        line.add(unused)
      }
      line.member("attempts", verdict.path?.calls)
      line.member("claims", job.attempts)
      line.member("queue_ms", account?.wait?.wholeMilliseconds)
      let firstToken = account?.firstToken ?? began.map { start.duration(to: $0) }
      line.member("first_token_ms", firstToken?.wholeMilliseconds)
      line.member("total_ms", total.wholeMilliseconds)
      line.member("finish_reason", result?.answer.finishReason?.rawValue)
      line.member("error", failure?.code.rawValue)
      addContents(of: job, verdict, to: &line)
    }
  }

  /// A job was cancelled under this worker, which has told what it had bought for it.
  func cancelled(
    _ job: ClaimedJob, asked model: String?, _ account: JobAccount?, after report: CascadeReport,
    since start: ContinuousClock.Instant, in trace: String? = nil
  ) async {
    guard access.has(isError: false) else { return }
    let key = await name(of: account)
    let total = account?.total ?? start.duration(to: .now)
    access.write("job", words: "job cancelled in \(total.wholeMilliseconds) ms") { line in
      line.member("trace_id", trace)
      line.add(job, of: account, key, .cancelled, asked: model)
      if let unused = report.unused { line.add(unused) }
      line.member("attempts", report.calls)
      line.member("claims", job.attempts)
      line.member("queue_ms", account?.wait?.wholeMilliseconds)
      line.member("first_token_ms", account?.firstToken?.wholeMilliseconds)
      line.member("total_ms", total.wholeMilliseconds)
    }
  }

  private func name(of account: JobAccount?) async -> String? {
    guard let account else { return nil }
    guard let id = account.key else { return "SERVICE_API_KEY" }
    return await keys?.name(of: id) ?? id
  }

  private func addContents(of job: ClaimedJob, _ verdict: JobVerdict, to line: inout StructuredLine) {
    guard let contents = access.contents, contents.isSampled() else { return }
    line.member("prompt", job.request.map { contents.shown(String(buffer: $0)) })
    line.member("answer", verdict.result.map { contents.shown($0.answer.text) })
  }

  /// For people: `job_… succeeded in 128 ms`.
  private static func words(_ job: ClaimedJob, _ verdict: JobVerdict, _ total: Duration) -> LogWords {
    let end = verdict.failure.map { "failed: \($0.summary)" } ?? "succeeded"
    return "job \(end) in \(total.wholeMilliseconds) ms"
  }
}

extension JobVerdict {
  /// Nil where there is no answer.
  var result: JobResult? { if case .complete(let result, _) = self { result } else { nil } }
  /// Nil where it has not failed for good.
  var failure: JobFailure? { if case .fail(let failure) = self { failure } else { nil } }

  /// Who answered, or had begun to.
  fileprivate var answering: String? {
    if let result { return "\(result.provider)/\(result.model)" }
    guard let failure, [.streamInterrupted, .answerTooLarge].contains(failure.code) else { return nil }
    return failure.cascadePath.last { $0.status != .skipped }.map { "\($0.provider)/\($0.model)" }
  }

  fileprivate var path: [CascadeStep]? { result?.cascadePath ?? failure?.cascadePath }
}

extension StructuredLine {
  /// Whose job it was, and what became of it.
  fileprivate mutating func add(
    _ job: ClaimedJob, of account: JobAccount?, _ key: String?, _ state: JobState, asked model: String?
  ) {
    member("tenant", account?.tenant)
    member("key", key)
    member("user", account?.user)
    member("job", job.lease.id.rawValue)
    member("lane", account?.lane)
    member("state", state.rawValue)
    member("model", model)
  }

  fileprivate mutating func add(_ purchase: Purchase) {
    member("tokens_in", purchase.promptTokens)
    member("tokens_out", purchase.completionTokens)
    member("cost_usd", decimal: purchase.cost.rawValue, places: 9)
  }
}
