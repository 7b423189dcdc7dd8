import Logging
import Synchronization
import Testing

@testable import Shared

@Suite("What Redis refuses is said and counted")
struct RedisErrorLogTests {
  /// Keeps what was logged: the reason and the count of each line.
  private final class Lines: Sendable {
    let all = Mutex<[String]>([])
  }

  private struct Recorder: LogHandler {
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(
      level: Logger.Level, message: Logger.Message, metadata: Logger.Metadata?, source: String, file: String,
      function: String, line: UInt
    ) {
      let (reason, count) = (metadata?["reason"] ?? "", metadata?["count"] ?? "")
      lines.all.withLock { $0.append("\(reason) \(count) \(metadata?["message"] ?? "")") }
    }
  }

  private func withLog(_ body: (RedisErrorLog, () -> [String]) -> Void) {
    let lines = Lines()
    let logger = Logger(label: "test") { _ in Recorder(lines: lines) }
    body(RedisErrorLog(server: "redis://test", logger: logger), { lines.all.withLock { $0 } })
  }

  @Test("each class is said at once, then with its count, and not while nothing comes")
  func counted() {
    withLog { log, lines in
      for _ in 0..<3 { log.note("READONLY You can't write.", to: "FCALL") }
      log.note("OOM command not allowed", to: "FCALL")
      #expect(
        lines() == ["read_only 1 READONLY You can't write.", "out_of_memory 1 OOM command not allowed"])
      log.flush()
      #expect(lines().count == 3 && lines().last == "read_only 2 READONLY You can't write.")
      log.flush()
      #expect(lines().count == 3)
      log.note("READONLY again", to: "FCALL")
      #expect(lines().count == 3, "once a minute is enough")
      log.flush()
      #expect(lines().last == "read_only 1 READONLY again")
      #expect(log.counts == [.readOnly: 4, .outOfMemory: 1])
    }
  }

  @Test("what is expected is no trouble, and arguments are not shown")
  func quiet() {
    withLog { log, lines in
      log.note("ERR Function not found", to: "FCALL")
      log.note("ERR Library 'sluice_1' already exists", to: "FUNCTION")
      log.note("NOPERM this user has no permissions to run the 'config|get' command", to: "CONFIG")
      #expect(lines().isEmpty && log.counts.isEmpty)
      log.note("ERR unknown command 'FCALL', with args beginning with: 'hunter2'", to: "FCALL")
      #expect(lines() == ["unknown_command 1 ERR unknown command 'FCALL'"])
    }
  }

  @Test(
    "every class is known by its word",
    arguments: [
      ("MOVED 13907 10.0.0.1:6379", .moved), ("ASK 1 10.0.0.1:6379", .ask), ("CROSSSLOT Keys", .crossSlot),
      ("CLUSTERDOWN The cluster is down", .clusterDown), ("READONLY You can't", .readOnly),
      ("NOREPLICAS Not enough good replicas", .noReplicas), ("NOPERM this user", .noPermission),
      ("ERR The user executing the script can't run this command or subcommand script: x", .noPermission),
      ("ERR ACL failure in script: No permissions to access a channel", .noPermission),
      ("NOAUTH Authentication required.", .noAuthentication), ("WRONGPASS invalid", .noAuthentication),
      ("MISCONF Redis is configured", .misconfigured), ("LOADING Redis is loading", .loading),
      ("BUSY Redis is busy", .busy), ("MASTERDOWN Link with MASTER is down", .masterDown),
      ("OOM command not allowed", .outOfMemory), ("UNBLOCKED force unblock", .unblocked),
      ("TRYAGAIN Multiple keys", .tryAgain), ("ERR unknown command 'FCALL'", .unknownCommand),
      ("ERR user_function:15: attempt to perform arithmetic script: x, on @user_function:15.", .script),
      ("ERR wrong number of arguments", .other), ("", .other),
    ] as [(String, RedisErrorReason)])
  func classes(message: String, reason: RedisErrorReason) {
    #expect(RedisErrorReason(message: message) == reason)
  }
}
