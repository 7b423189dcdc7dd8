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

  /// The job that the path names. What is no id of a client's job is answered like one that does not exist.
  func jobID() throws(Problem) -> JobID {
    guard let id = anyJobID(), id.kind == .request else { throw .jobNotFound }
    return id
  }

  /// The job or delivery that the path names; nil when it names none.
  func anyJobID() -> JobID? { parameters["id"].flatMap(JobID.init(rawValue:)) }

  /// The client's `Idempotency-Key`; nil without one.
  func idempotencyKey() throws(Problem) -> String? {
    let keys = request.headers[values: .idempotencyKey]
    guard let key = keys.first else { return nil }
    let isVisible = key.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    guard keys.count == 1, isVisible, (1...255).contains(key.utf8.count) else {
      throw Self.invalid("header", "Idempotency-Key", "Send one key of 1 to 255 visible ASCII characters")
    }
    return key
  }

  /// The number of the event after which a reader goes on: `?after=`, else `Last-Event-ID`, else 0.
  func lastEvent() throws(Problem) -> Int {
    if let text = query("after") {
      guard let number = Int(text), number >= 0 else {
        throw Self.invalid("query", "after", "Input should be the number of an event")
      }
      return number
    }
    guard let text = request.headers[.lastEventID] else { return 0 }
    guard let number = Int(text), number >= 0 else {
      throw Self.invalid("header", "Last-Event-ID", "Send the number of an event")
    }
    return number
  }

  /// Whether the client wants server-sent events rather than JSON.
  var acceptsEvents: Bool {
    request.headers[values: .accept].contains { $0.lowercased().contains("text/event-stream") }
  }

  /// How many elements a page shall have: `limit`, from 1 to 100.
  func pageSize() throws(Problem) -> Int {
    guard let text = query("limit") else { return 20 }
    guard let size = Int(text), (1...100).contains(size) else {
      throw Self.invalid("query", "limit", "Input should be a whole number from 1 to 100")
    }
    return size
  }

  /// Where the page begins, as the page before it said; nil at the start.
  func cursor() throws(Problem) -> JobID? {
    guard let text = query("cursor") else { return nil }
    guard let cursor = JobID(rawValue: text) else {
      throw Self.invalid("query", "cursor", "Input should be the `next_cursor` of a page")
    }
    return cursor
  }

  /// The state that the client wants to see; nil for all.
  func state() throws(Problem) -> JobState? {
    guard let text = query("status") else { return nil }
    guard let state = JobState(rawValue: text) else {
      throw .validation(
        ValidationErrors(
          ValidationIssue(.notOneOf(JobState.allCases.map(\.rawValue)), at: ["query", "status"])))
    }
    return state
  }

  static func invalid(_ place: String, _ name: String, _ sentence: String) -> Problem {
    .validation(ValidationErrors(ValidationIssue(.refused(sentence), at: [.name(place), .name(name)])))
  }
}
