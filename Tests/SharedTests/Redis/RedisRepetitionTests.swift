import TestSupport
import Testing

@testable import Shared

@Suite("What Redis refuses again and again fills no log")
struct RedisRepetitionTests {
  /// Runs `body` with what listens to a channel, and with what is logged of that.
  private func listening(
    to url: String, _ body: (RedisSubscriber, RedisErrorLog, RecordedLog) async throws -> Void
  ) async throws {
    let log = RecordedLog()
    let topology = RedisTopology(try RedisConfiguration(url: url), logger: log.logger)
    let subscriber = RedisSubscriber(
      topology: topology, channel: "sluice:news", purpose: "test", logger: log.logger, onMessage: { _ in })
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await subscriber.run() }
      defer { group.cancelAll() }
      try await body(subscriber, topology.errors, log)
    }
  }

  private func count(_ message: String, in log: RecordedLog) -> Int {
    log.lines.count { $0.message == message }
  }

  @Test("a PING that is forbidden ends no subscription")
  func forbiddenPing() async throws {
    let options = ["--user", "ann", "on", ">pw", "~sluice:*", "&sluice:*", "+@all", "-ping"]
    try await RedisServer.with(options: options) { redis in
      try await listening(to: "unix://ann:pw@\(redis.socket)") { subscriber, errors, log in
        try await eventually("it was refused twice") { errors.counts[.noPermission, default: 0] > 1 }
        #expect(subscriber.isSubscribed)
        #expect(count("subscribed", in: log) == 1 && count("not subscribed", in: log) == 0)
        #expect(count("Redis refused commands", in: log) == 1)
      }
    }
  }

  @Test("a Redis that loads its data tells nothing yet, which is said once")
  func loading() async throws {
    let loading = "-LOADING Redis is loading the dataset in memory\r\n"
    try await OtherMake.with(replies: ["PING": loading]) { url in
      try await listening(to: url) { subscriber, errors, log in
        try await eventually("it has tried often") { errors.counts[.loading, default: 0] > 3 }
        #expect(!subscriber.isSubscribed)
        #expect(count("subscribed", in: log) == 0 && count("not subscribed", in: log) == 1)
        #expect(count("Redis refused commands", in: log) == 1)
      }
    }
  }

  @Test("a login that is refused is counted each time, and said once")
  func login() async throws {
    try await RedisServer.with(options: ["--requirepass", "hunter2"]) { redis in
      try await listening(to: "unix://:wrong@\(redis.socket)") { _, errors, log in
        try await eventually("it was refused often") { errors.counts[.noAuthentication, default: 0] > 3 }
        #expect(count("not subscribed", in: log) == 1)
        #expect(count("Redis refused commands", in: log) == 1)
        errors.flush()
        #expect(count("Redis refused commands", in: log) == 2, "with the count")
      }
    }
  }

  @Test("a line comes at once, then once a minute with how often, and anew after a rest")
  func paced() {
    var line = PacedLine()
    let start = ContinuousClock.now
    var said = [line.next(now: start)]
    var ends = [line.ends(), line.ends()]
    said.append(line.next(now: start + .seconds(1)))
    ends.append(line.ends())
    said.append(line.next(now: start + .seconds(61)))
    line.rested(for: .seconds(1))
    said.append(line.next(now: start + .seconds(62)))
    line.rested(for: .seconds(20))
    said.append(line.next(now: start + .seconds(82)))
    #expect(said == [1, nil, 2, nil, 1])
    #expect(ends == [true, false, false], "what was said is said to be over, once")
  }
}
