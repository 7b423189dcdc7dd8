import Logging
import Synchronization

/// Says that traces are not exported: once a minute, whatever happens in between.
final class ExportFailureLog: Sendable {
  private static let interval = Duration.seconds(60)

  private struct State {
    var lost = 0
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
    let unsaid: Int? = state.withLock { state in
      state.lost += lost
      if let last = state.lastSaid, now - last < Self.interval { return nil }
      defer { (state.lastSaid, state.lost) = (now, 0) }
      return state.lost
    }
    guard let unsaid else { return }
    logger.warning(
      "traces are not exported as they should be: \(reason)",
      metadata: ["collector": "\(host)", "spans_lost": "\(unsaid)"])
  }
}
