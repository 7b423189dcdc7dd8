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
    if let account { metrics.ended(account, with: verdict.result) }
    guard access.has(isError: verdict.failure != nil) else { return }
    let key = await name(of: account)
    let total = account?.total ?? start.duration(to: .now)
    let (result, failure) = (verdict.result, verdict.failure)
    access.write("job", words: Self.words(job, verdict, total)) { line in
      line.member("trace_id", trace)
      line.member("tenant", account?.tenant)
      line.member("key", key)
      line.member("user", account?.user)
      line.member("job", job.lease.id.rawValue)
      line.member("lane", account?.lane)
      line.member("state", failure == nil ? "succeeded" : "failed")
      line.member("model", model)
      line.member("target", result.map { "\($0.provider)/\($0.model)" })
      if let result {
        line.add(result.usedInAll)
        line.member("cost_usd", decimal: result.cost.rawValue, places: 9)
      } else if let unused {
        line.member("tokens_in", unused.promptTokens)
        line.member("tokens_out", unused.completionTokens)
        line.member("cost_usd", decimal: unused.cost.rawValue, places: 9)
      }
      line.member("attempts", verdict.path?.count { $0.status != .skipped })
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

  fileprivate var path: [CascadeStep]? { result?.cascadePath ?? failure?.cascadePath }
}
