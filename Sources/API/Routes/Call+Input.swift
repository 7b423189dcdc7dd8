import Hummingbird
import Shared

extension Call {
  /// The wait that the client asks for; nil when it does not say.
  func wait() throws(Problem) -> Duration? {
    let preferences = request.headers[values: .prefer].joined(separator: ",")
    do {
      return try WaitPreference.read(query: query("wait"), prefer: preferences.isEmpty ? nil : preferences)
    } catch {
      throw .validation(error)
    }
  }

  /// The job that the path names. What is no id at all is answered like a job that does not exist.
  func jobID() throws(Problem) -> JobID {
    guard let id = parameters["id"].flatMap(JobID.init(rawValue:)) else { throw .jobNotFound }
    return id
  }
}

extension BodyReader {
  /// Reads and validates a submission.
  func submission(
    _ request: Request, _ schema: BodySchema<Submission>
  ) async throws(Problem) -> Submission {
    switch schema.decode(try await json(of: request)) {
    case .success(let submission): return submission
    case .failure(let errors): throw .validation(errors)
    }
  }
}
