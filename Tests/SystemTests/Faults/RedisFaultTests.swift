import Foundation
import Shared
import TestSupport
import Testing

@Suite("Faults of Redis", .serialized)
struct RedisFaultTests {
  private let scale = FaultScale.current

  @Test("Redis is killed and comes back with all that it acknowledged")
  func killed() async throws {
    let findings = try await FaultLab.run("Redis kill -9 (always)", apis: 2, workers: 3) { lab in
      try await scale.rounds(short: 10, long: 200, share: 0.12) { _ in
        try await lab.untilAccepted(20)
        await lab.cluster.redis.kill()
        try await lab.cluster.redis.start()
      }
    }
    #expect(findings.areSound, "\(findings)")
    #expect(findings.counts["crashes"] == nil, "no worker was lost")
  }

  /// Were nothing found here, the other findings would mean nothing.
  @Test(
    "negative control: with everysec and a slow disk, jobs are lost, and the suite says so",
    .enabled(if: FaultScale.current.isChaos))
  func negativeControl() async throws {
    let directory = URL(filePath: "/tmp/sluice-slow-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let findings = try await FaultLab.run(
      "negative control: everysec, slow fsync, Redis kill -9", apis: 2, workers: 2, clients: 16,
      redisOptions: ["--appendfsync", "everysec"],
      redisEnvironment: try await SlowDisk.environment(in: directory)
    ) { lab in
      try await scale.rounds(short: 1, long: 20, share: 0.05) { _ in
        try await lab.untilAccepted(300)
        await lab.cluster.redis.kill()
        try await lab.cluster.redis.start()
      }
    }
    #expect(!findings.lost.isEmpty, "the suite finds what was lost")
  }

  @Test(
    "functions are flushed and connections are killed: it heals by itself",
    arguments: [
      ["FUNCTION", "FLUSH"], ["SCRIPT", "FLUSH"], ["CLIENT", "KILL", "TYPE", "normal"],
      ["CLIENT", "KILL", "TYPE", "pubsub"],
    ])
  func upset(command: [String]) async throws {
    let name = command.joined(separator: " ")
    let findings = try await FaultLab.run(name, apis: 2) { lab in
      try await scale.rounds(short: 5, long: 50, share: 0.02) { _ in
        try await lab.untilAccepted(10)
        try await lab.disturb(command)
      }
    }
    #expect(findings.areSound, "\(findings)")
  }

  @Test(
    "Redis answers nobody for a while: one time-out, then every request gets its 503 at once, then all is well"
  )
  func paused() async throws {
    let findings = try await FaultLab.run(
      "CLIENT PAUSE", clients: scale.isChaos ? 50 : 10, environment: ["REDIS_TIMEOUT_MS": "5000"]
    ) { lab in
      try await scale.rounds(short: 1, long: 20, share: 0.12) { _ in
        try await lab.untilAccepted(20)
        let api = try #require(lab.firstAPI)
        let before = (memory: api.process.residentBytes, log: api.process.log.utf8.count)
        let refusedBefore = lab.history.refusals.values.reduce(0, +)
        let pause = scale.isChaos ? 90 : 12
        let end = ContinuousClock.now + .seconds(pause)
        try await lab.disturb(["CLIENT", "PAUSE", "\(pause)000", "ALL"])
        let times = try await refusals(by: api, until: end - .seconds(1))
        // One that waited for Redis would wait for all of REDIS_TIMEOUT_MS; how long they take stands in the report.
        #expect(times.later.count >= 2 && times.slowest < .seconds(5), "only the first waits: \(times)")
        try await lab.untilAccepted(20)
        let refused = lab.history.refusals.values.reduce(0, +) - refusedBefore
        let growth = Double(api.process.residentBytes) / Double(max(before.memory, 1))
        let perRequest = (api.process.log.utf8.count - before.log) / max(refused, 1)
        #expect(growth <= 1.5, "memory grew \(growth) times")
        #expect(perRequest <= 1024, "it wrote \(perRequest) bytes of log for each request")
        FaultReport.add(
          "CLIENT PAUSE: answers", rounds: 1, jobs: refused,
          note: """
            first \(times.first.wholeMilliseconds) ms; \(times.later.count) more: 99 % within \
            \(times.most.wholeMilliseconds) ms, all within \(times.slowest.wholeMilliseconds) ms; \
            memory × \(Int(growth * 100)) %, log \(perRequest) B a request
            """)
      }
    }
    #expect(findings.areSound, "\(findings)")
    #expect(findings.refusals.keys.allSatisfy { $0.hasPrefix("503 ") }, "\(findings.refusals)")
  }

  /// How long refusals took.
  private struct RefusalTimes {
    let first: Duration
    /// In ascending order.
    let later: [Duration]
    /// Within it are 99 of 100.
    var most: Duration { later.isEmpty ? .zero : later[later.count * 99 / 100] }
    var slowest: Duration { later.last ?? .zero }
  }

  /// Asks again and again while Redis answers nobody: each request is refused, with the time to come back.
  private func refusals(
    by api: SluiceAPI, until end: ContinuousClock.Instant
  ) async throws -> RefusalTimes {
    var times: [Duration] = []
    while ContinuousClock.now < end {
      let start = ContinuousClock.now
      let reply = try await api.post("/jobs", ["prompt": "paused"])
      times.append(start.duration(to: .now))
      #expect(reply.status == 503 && reply.headers["retry-after"] == "1")
    }
    return RefusalTimes(first: times.first ?? .zero, later: times.dropFirst().sorted())
  }

  @Test("a full Redis takes nothing in, and the queue drains")
  func full() async throws {
    let findings = try await FaultLab.run(
      "Redis at maxmemory", workers: 0, clients: 0,
      // Each job's usage is looked for afterwards.
      environment: ["USAGE_MAX_BYTES": "1073741824"]
    ) { lab in
      try await scale.rounds(short: 1, long: 20, share: 0.05) { _ in
        let used = try await lab.usedMemory()
        try await lab.disturb(["CONFIG", "SET", "maxmemory", String(used + 4_000_000)])
        let api = try #require(lab.firstAPI)
        let long = String(repeating: "x", count: 3900)
        var refused: HTTPReply?
        for number in 0..<5000 where refused == nil {
          let reply = try await api.post("/jobs", ["prompt": .string("\(number) \(long)"), "cache": "off"])
          if let id = reply.json["id"]?.string { lab.history.accept(id, key: id) } else { refused = reply }
        }
        #expect(refused?.status == 503 && refused?.headers["retry-after"] != nil)
        try await lab.addWorker()
        try await lab.drain()
        await lab.takeWorker()?.terminate()
        try await lab.disturb(["CONFIG", "SET", "maxmemory", "0"])
      }
    }
    #expect(findings.areSound, "\(findings)")
  }
}

extension FaultLab {
  /// Sends a command that breaks something, on a connection of its own that may break, too.
  func disturb(_ command: [String]) async throws {
    let client = try await ChildProcess("/usr/bin/redis-cli", ["-s", cluster.redis.socket] + command)
    await client.waitUntilExit()
  }

  fileprivate func usedMemory() async throws -> Int {
    let info = try await redis.send(RedisCommand("INFO", "memory")).string ?? ""
    let line = info.split(whereSeparator: \.isNewline).first { $0.hasPrefix("used_memory:") }
    return line.flatMap { Int($0.dropFirst("used_memory:".count)) } ?? 0
  }
}
