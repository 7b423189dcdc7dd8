/// A response that was asked for, and what each of its readers was told.
struct ReadResponse: Sendable {
  /// As the queue knows it, such as `job_…`.
  let job: String
  /// The whole answer that the provider gives.
  let answer: String
  let readings: [ResponseReading]

  /// As clients know it.
  var id: String { Self.id(of: job) }

  static func id(of job: String) -> String { "resp_" + job.dropFirst("job_".count) }
}
