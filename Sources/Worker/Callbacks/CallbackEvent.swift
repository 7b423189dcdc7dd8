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
    var json = JSONWriter()
    json.object { json in
      json.member("type", type)
      json.member("timestamp", Timestamp.format(unixMilliseconds: job.finished ?? job.created))
      json.name("data")
      job.write(to: &json)
    }
    return json.buffer
  }
}
