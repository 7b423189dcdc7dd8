import NIOCore
import Shared

/// What a receiver is told: that a job has ended, and the job as `GET /jobs/{id}` shows it.
struct CallbackEvent: Sendable {
  let job: JobResource
  /// Such as `job.succeeded`.
  let type: String

  /// Nil for a job that has not ended.
  init?(_ job: JobResource) {
    guard job.state.isTerminal else { return nil }
    self.job = job
    type = "job.\(job.state.rawValue)"
  }

  /// The same bytes whenever the same end is told, so that a repeated delivery repeats itself exactly.
  var json: ByteBuffer {
    let time = Timestamp.format(unixMilliseconds: job.finished ?? job.created)
    var json = ByteBuffer(string: "{\"type\":\"\(type)\",\"timestamp\":\"\(time)\",\"data\":")
    json.writeImmutableBuffer(job.json)
    json.writeStaticString("}")
    return json
  }
}
