import NIOCore
import Shared

/// The body of a webhook, in the form that Standard Webhooks recommend: `{"type", "timestamp", "data"}`.
enum JobEvent {
  /// `type` is `job.<state>`, `timestamp` the time of the job's end, `data` the job as `GET /jobs/{id}` shows it.
  static func body(of job: JobRecord) -> ByteBuffer {
    let resource = JobResource(job).json
    var body = ByteBuffer()
    body.reserveCapacity(resource.readableBytes + 100)
    let time = Timestamp.format(unixMilliseconds: job.finished ?? job.created)
    body.writeString("{\"type\":\"job.\(job.state.rawValue)\",\"timestamp\":\"\(time)\",\"data\":")
    body.writeImmutableBuffer(resource)
    body.writeStaticString("}")
    return body
  }
}
