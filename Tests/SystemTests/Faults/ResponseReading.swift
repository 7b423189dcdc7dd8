import Shared
import TestSupport

/// One client's events of a response: it is cut off again and again, by itself or by a kill, and goes on behind the last
/// event that it has, through any API.
struct ResponseReading: Sendable {
  /// Longer than three workers in turn can take to lose it.
  private static let patience = Duration.seconds(600)
  private static let ends = ["response.completed", "response.failed", "response.incomplete"]

  private(set) var events: [StreamedReply.Event]
  /// How often it connected.
  private(set) var connections = 0
  /// What no API should have answered.
  private(set) var faults: [String] = []

  /// `events` are those that it has already.
  init(_ events: [StreamedReply.Event] = [], connections: Int = 0) {
    self.events = events
    self.connections = connections
  }

  private var hasEnded: Bool { Self.ends.contains(events.last?.name ?? "") }

  private func path(of id: String) -> String {
    let last = events.last?.json["sequence_number"]?.integer
    return "/v1/responses/\(id)?stream=true" + (last.map { "&starting_after=\($0)" } ?? "")
  }

  /// Reads until the response's end.
  mutating func finish(_ id: String, in lab: FaultLab) async throws {
    let deadline = ContinuousClock.now + Self.patience
    while !hasEnded {
      guard ContinuousClock.now < deadline, faults.count < 3 else {
        faults.append("\(id) was not read to its end; the last event is \(events.last?.name ?? "none")")
        return
      }
      guard let api = lab.allAPIs.randomElement() else { continue }
      // Some hang up themselves, others stay until they are cut off.
      let most = Bool.random() ? Int.random(in: 1...8) : .max
      do {
        let reply = try await api.stream(path(of: id), headers: ["Connection": "close"]) {
          $0.count >= most
        }
        take(reply, of: id)
        if reply.status < 500 { continue }
        lab.history.refuse("\(reply.status) \(reply.body)")
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        lab.history.refuse("\(error)".contains("refused") ? "connection refused" : "connection broken")
      }
      // As a client's back-off.
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private mutating func take(_ reply: StreamedReply, of id: String) {
    connections += 1
    guard reply.status == 200 else {
      if reply.status < 500 { faults.append("\(path(of: id)): \(reply.status) \(reply.body)") }
      return
    }
    events += reply.events
    // A killed API cannot end a stream as it should be ended.
    if reply.isWhole, !hasEnded {
      faults.append("\(id): the stream ends with \(events.last?.name ?? "nothing")")
    }
  }
}
