import Testing

@testable import Shared

@Suite("What a failover may cost, said at start")
struct ReplicationCheckTests {
  private func warning(
    _ replicas: Int, acknowledging: Int = 0, least: Int? = 0, lag: Int? = 10, sentinels: Bool = false
  ) -> String? {
    ReplicationCheck(
      replicas: replicas, hasSentinels: sentinels, acknowledging: acknowledging, leastReplicas: least,
      mostLag: lag
    ).warning
  }

  @Test("one Redis alone has no failover")
  func alone() { #expect(warning(0) == nil) }

  @Test(
    "without min-replicas-to-write, a master that is cut off takes in what is lost; that is said with a remedy"
  )
  func unbounded() throws {
    for warning in [warning(1), warning(0, sentinels: true), warning(2, least: nil)] {
      let warning = try #require(warning)
      #expect(warning.contains("min-replicas-to-write 1") && warning.contains("REDIS_ACK_REPLICAS=1"))
      #expect(warning.contains("about the last second"))
    }
  }

  @Test("with it, the window is named")
  func bounded() {
    #expect(warning(1, least: 1, lag: 2)?.contains("up to the last 4 s") == true)
    #expect(warning(1, least: 1, lag: nil)?.contains("up to the last 12 s") == true)
  }

  @Test("where replicas are waited for, only that there are too few is said")
  func acknowledging() {
    #expect(warning(1, acknowledging: 1) == nil)
    #expect(warning(1, acknowledging: 2)?.contains("refused") == true)
  }

  @Test("how many replicas there are stands in INFO")
  func info() {
    #expect(ReplicationCheck.replicas(in: "# Replication\r\nrole:master\r\nconnected_slaves:2\r\n") == 2)
    #expect(ReplicationCheck.replicas(in: "role:master\r\n") == nil)
  }
}
