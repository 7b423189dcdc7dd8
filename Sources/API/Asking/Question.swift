import Shared

/// What a client asks, whichever route and dialect it came by.
struct Question: Sendable {
  /// How the answer is written.
  enum Form: Sendable {
    /// As Sluice's own routes do: a result, or the job where there is none yet; a stream is the job's events.
    case native
    /// As clients of another API read it: there is a whole answer, or an error.
    case written(by: any AnswerWriter)
    /// The same, told while it comes.
    case streamed(by: any StreamedAnswerWriter)
    /// The same for a client that comes back for the answer: how its job stands now.
    case later(by: any StandingWriter)
  }

  var order: JobOrder
  let form: Form
  /// The job that the same request has become before, where its route has found it; nil where the admission does.
  var replays: JobID?
  /// How long the client waits; nil when it comes back for its answer.
  let wait: Duration?

  var isStreamed: Bool {
    switch form {
    case .native: order.streaming != nil && wait != nil
    case .written, .later: false
    case .streamed: true
    }
  }
}
