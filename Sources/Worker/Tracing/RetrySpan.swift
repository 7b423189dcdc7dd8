import Shared
import Tracing

/// The moment in which a job is put back for another attempt. Its name is made of the job's and the number of the attempt, so
/// that whichever worker claims the job next can link to it without being told.
enum RetrySpan {
  /// The span of the put-back after so many attempts. Where a worker was lost instead, there is none of this name.
  static func id(of trace: JobTrace, after attempts: Int) -> SpanID {
    // splitmix64 (https://prng.di.unimi.it/splitmix64.c): neighbours come out far from each other.
    var bits = trace.context.spanID.rawValue &+ UInt64(truncatingIfNeeded: attempts) &* 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    bits ^= bits >> 31
    return SpanID(rawValue: bits) ?? .random()
  }

  /// - Parameters:
  ///   - delay: how long the job waits at least.
  ///   - last: where the last attempt at a target is in the trace.
  ///   - time: nanoseconds since 1970.
  static func record(
    _ trace: JobTrace, _ id: JobID, attempts: Int, after delay: Duration, last: TraceContext?, at time: UInt64
  ) -> SpanRecord {
    var attributes = JobSpan.messaging(trace, id, "retry", "send")
    attributes["sluice.job.claims"] = attempts
    attributes["sluice.retry.delay"] = delay.seconds
    return SpanRecord(
      context: trace.context.at(self.id(of: trace, after: attempts)), parent: trace.context.spanID,
      name: "retry \(trace.lane)", kind: .internal, start: time, end: time, attributes: attributes,
      links: last.map { [SpanRecord.Link($0, attributes: ["sluice.link": "attempt_before"])] } ?? [])
  }
}
