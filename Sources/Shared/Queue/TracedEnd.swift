/// The end of a job in a trace that no worker knows of which held it: it expired, was cancelled, or another's call answered it.
public struct TracedEnd: Sendable {
  public let trace: JobTrace
  public let id: JobID
  public let state: JobState
  /// Of its failure.
  public let code: String?
  /// Unix milliseconds.
  public let ended: Int64
  public let attempts: Int
  /// The trace of the job whose call answered it, at that job's span.
  public let leader: TraceContext?
  public let model: String

  /// Reads what traces.lua notes; nil for anything else.
  init?(_ text: String) {
    let words = text.split(separator: " ", maxSplits: 10, omittingEmptySubsequences: false)
    guard words.count == 11, let trace = JobTrace(words: words[0..<4]),
      let id = JobID(rawValue: String(words[4])), let state = JobState(rawValue: String(words[5])),
      let ended = Int64(words[7]), let attempts = Int(words[8])
    else { return nil }
    self.trace = trace
    self.id = id
    self.state = state
    code = words[6] == "-" ? nil : String(words[6])
    self.ended = ended
    self.attempts = attempts
    leader = TraceContext(traceparent: String(words[9]))
    model = String(words[10])
  }
}
