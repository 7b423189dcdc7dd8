import Logging
import Synchronization

/// Counts the error replies of a process's connections by class, and says each class at once, then once a minute with
/// how many there were: no refusal is silent, and none fills a log.
public final class RedisErrorLog: Sendable {
  static let interval = Duration.seconds(60)
  /// Enough for Redis' sentences; the rest is not worth a line.
  private static let longestMessage = 200

  private struct Entry {
    var total = 0
    /// Since the last line about it.
    var unsaid = 0
    var command = ""
    var message = ""
  }

  private let server: String
  private let logger: Logger
  private let entries = Mutex<[RedisErrorReason: Entry]>([:])

  init(server: String, logger: Logger) {
    self.server = server
    self.logger = logger
  }

  /// How many there were since the process started.
  public var counts: [RedisErrorReason: Int] { entries.withLock { $0.mapValues(\.total) } }

  /// Takes in an error reply to a command that was sent.
  func note(_ message: String, to command: String) {
    guard !Self.isExpected(message, of: command) else { return }
    let reason = RedisErrorReason(message: message)
    let shown = String(message.prefix(Self.longestMessage))
    let isNew = entries.withLock { entries in
      var entry = entries[reason] ?? Entry()
      let isNew = entry.total == 0
      entry.total += 1
      if !isNew { entry.unsaid += 1 }
      (entry.command, entry.message) = (command, shown)
      entries[reason] = entry
      return isNew
    }
    if isNew { say(reason, count: 1, command: command, message: shown) }
  }

  /// Says what has come since the last time.
  func flush() {
    let unsaid = entries.withLock { entries in
      let unsaid = entries.filter { $0.value.unsaid > 0 }
      for reason in unsaid.keys { entries[reason]?.unsaid = 0 }
      return unsaid
    }
    for (reason, entry) in unsaid.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      say(reason, count: entry.unsaid, command: entry.command, message: entry.message)
    }
  }

  /// Flushes once a minute until the task is cancelled.
  func keepSaying() async {
    while (try? await Task.sleep(for: Self.interval)) != nil { flush() }
    flush()
  }

  private func say(_ reason: RedisErrorReason, count: Int, command: String, message: String) {
    logger.error(
      "Redis refused commands",
      metadata: [
        "server": "\(server)", "reason": "\(reason.rawValue)", "count": "\(count)", "command": "\(command)",
        "message": "\(message)",
      ])
  }

  /// What Sluice asks only where it may: many managed services forbid it.
  private static let dispensable: Set<String> = ["CONFIG", "INFO", "WAITAOF"]

  /// What is answered by loading the library, and what may be forbidden, is no trouble.
  private static func isExpected(_ message: String, of command: String) -> Bool {
    dispensable.contains(command) || message.hasPrefix("ERR Function not found")
      || (command == "FUNCTION" && message.contains("already exists"))
  }
}
