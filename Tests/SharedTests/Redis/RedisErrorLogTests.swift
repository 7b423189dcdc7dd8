import TestSupport
import Testing

@testable import Shared

@Suite("What Redis refuses is said and counted")
struct RedisErrorLogTests {
  private func withLog(_ body: (RedisErrorLog, () -> [String]) -> Void) {
    let recorded = RecordedLog()
    body(RedisErrorLog(server: "redis://test", logger: recorded.logger)) {
      recorded.lines.map { line in
        ["reason", "count", "message"].map { line.metadata[$0] ?? "" }.joined(separator: " ")
      }
    }
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

  @Test("what is expected is no trouble")
  func quiet() {
    withLog { log, lines in
      log.note("ERR Function not found", to: "FCALL")
      log.note("ERR Library 'sluice_1' already exists", to: "FUNCTION")
      log.note("NOPERM this user has no permissions to run the 'config|get' command", to: "CONFIG")
      log.note("NOPERM this user has no permissions to run the 'info' command", to: "INFO")
      #expect(lines().isEmpty && log.counts.isEmpty)
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
      ("DENIED Redis is running in protected mode", .protectedMode),
      ("OOM command not allowed", .outOfMemory), ("UNBLOCKED force unblock", .unblocked),
      ("TRYAGAIN Multiple keys", .tryAgain), ("ERR unknown command 'FCALL'", .unknownCommand),
      ("ERR user_function:15: attempt to perform arithmetic script: x, on @user_function:15.", .script),
      ("ERR wrong number of arguments", .other), ("", .other),
    ] as [(String, RedisErrorReason)])
  func classes(message: String, reason: RedisErrorReason) {
    #expect(RedisErrorReason(message: message) == reason)
  }
}
