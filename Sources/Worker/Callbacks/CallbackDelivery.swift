import Shared

/// One webhook to deliver: who is called, and about which job.
struct CallbackDelivery: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  /// ``CallbackURL/text`` as stored; it is checked anew under the policy of now before it is called.
  let url: String
  /// A job that has ended.
  let job: JobResource

  /// The event's id, by which a receiver knows a second delivery of the same event: the same for every
  /// attempt, another one when a job is run again and ends again.
  var eventID: String {
    "msg_\(job.id.rawValue.dropFirst("job_".count))_\(job.finished ?? job.created)"
  }

  /// The id alone: a callback's URL may hold a secret.
  var description: String { eventID }
  var debugDescription: String { eventID }
}
