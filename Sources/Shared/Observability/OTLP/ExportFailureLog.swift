import Logging
import Synchronization

/// Says that traces are not exported: once a minute, whatever happens in between.
final class ExportFailureLog: Sendable {
  private static let interval = Duration.seconds(60)

  private struct State {
    var lost = 0
    var reason = ""
    var lastSaid: ContinuousClock.Instant?
  }

  private let logger: Logger
  private let host: String
  private let state = Mutex(State())

  init(logger: Logger, host: String) {
    self.logger = logger
    self.host = host
  }

  /// `lost` is how many spans went nowhere for that reason.
  func note(_ reason: String, lost: Int, now: ContinuousClock.Instant = .now) {
    let said: State? = state.withLock { state in
      state.reason = reason
      state.lost += lost
      return Self.taken(&state, now: now)
    }
    if let said { say(said) }
  }

  /// Says what was lost within a minute of the last line, as soon as that is over, or the process is: nothing may fail after
  /// it.
  func sayWhatIsLeft(now: ContinuousClock.Instant = .now, isLast: Bool = false) {
    let said = state.withLock { state in
      if isLast { state.lastSaid = nil }
      return state.lost > 0 ? Self.taken(&state, now: now) : nil
    }
    if let said { say(said) }
  }

  /// What is to be said now; nil when something was said less than a minute ago.
  private static func taken(_ state: inout State, now: ContinuousClock.Instant) -> State? {
    if let last = state.lastSaid, now - last < interval { return nil }
    defer { (state.lastSaid, state.lost) = (now, 0) }
    return state
  }

  private func say(_ said: State) {
    logger.warning(
      "traces are not exported as they should be: \(said.reason)",
      metadata: ["collector": "\(host)", "spans_lost": "\(said.lost)"])
  }
}
