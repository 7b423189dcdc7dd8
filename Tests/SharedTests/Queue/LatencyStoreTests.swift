import Testing

@testable import Shared

@Suite("Latencies that all workers share")
struct LatencyStoreTests {
  private let target = Target(provider: "groq", model: "some/model")

  private func samples(_ latencies: Duration...) -> [Target: LatencySample] {
    var samples: [Target: LatencySample] = [:]
    for latency in latencies {
      if samples[target]?.add(LatencySample(latency)) == nil { samples[target] = LatencySample(latency) }
    }
    return samples
  }

  @Test("the first measurement is the average; each later one is a fifth of it")
  func average() async throws {
    try await QueueLab.with { lab in
      let store = LatencyStore(redis: lab.redis)
      #expect(try await store.latencies().isEmpty)
      try await store.note(samples(.milliseconds(100)))
      #expect(try await store.latencies() == [target: .milliseconds(100)])
      try await store.note(samples(.milliseconds(200)))
      #expect(try await store.latencies() == [target: .milliseconds(120)])
    }
  }

  @Test("several measurements told at once weigh as much as one after the other")
  func batch() async throws {
    try await QueueLab.with { lab in
      let store = LatencyStore(redis: lab.redis)
      try await store.note(samples(.milliseconds(100)))
      try await store.note(samples(.milliseconds(200), .milliseconds(200)))
      // 100 → 120 → 136
      #expect(try await store.latencies() == [target: .milliseconds(136)])
    }
  }

  @Test("every target has an average of its own, to the microsecond")
  func targets() async throws {
    try await QueueLab.with { lab in
      let store = LatencyStore(redis: lab.redis)
      let other = Target(provider: "local", model: "m")
      try await store.note([
        target: LatencySample(.microseconds(1234)), other: LatencySample(.seconds(90)),
      ])
      #expect(try await store.latencies() == [target: .microseconds(1234), other: .seconds(90)])
    }
  }

  @Test("what is older than ten minutes is forgotten, and does not count in a new average")
  func forgetting() async throws {
    try await QueueLab.with { lab in
      let store = LatencyStore(redis: lab.redis)
      try await makeOld(lab)
      #expect(try await store.latencies().isEmpty)
      #expect(try await lab.keys().isEmpty, "it is gone from Redis, too")
      try await makeOld(lab)
      try await store.note(samples(.milliseconds(7)))
      #expect(try await store.latencies() == [target: .milliseconds(7)])
    }
  }

  /// Writes a record as one of eleven minutes ago would be.
  private func makeOld(_ lab: QueueLab) async throws {
    let script = """
      local time = redis.call('TIME')
      return redis.call('HSET', KEYS[1], ARGV[1], cmsgpack.pack({ 9000000, time[1] * 1000 - 660000 }))
      """
    _ = try await lab.redis.send(
      RedisCommand("EVAL", script, "1", "sluice:{providers}:latencies", target.description))
  }
}
