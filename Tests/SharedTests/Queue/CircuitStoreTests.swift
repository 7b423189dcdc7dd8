import Testing

@testable import Shared

@Suite("Circuits that all workers share")
struct CircuitStoreTests {
  private let target = Target(provider: "openrouter", model: "meta/llama:free")

  @Test("a target is left alone until its time is over, then one worker may probe")
  func life() async throws {
    try await QueueLab.with { lab in
      let store = CircuitStore(redis: lab.redis)
      #expect(try await store.records().isEmpty)
      try await store.leaveAlone(target, for: .seconds(60), cause: .faults, reason: "server error (500)")
      let record = try await store.records()[target]
      #expect(record?.cause == .faults && record?.reason == "server error (500)")
      #expect(record.map { $0.remaining > .seconds(50) } == true)
      #expect(try await !store.mayProbe(target, timeout: .seconds(30)))

      try await store.leaveAlone(target, for: .zero, cause: .faults, reason: "sooner")
      #expect(try await store.records()[target]?.reason == "server error (500)", "the longer time stays")

      try await store.close(target)
      try await store.leaveAlone(target, for: .zero, cause: .faults, reason: "over")
      #expect(try await store.records()[target]?.remaining == .zero)
      #expect(try await store.mayProbe(target, timeout: .seconds(30)))
      #expect(try await !store.mayProbe(target, timeout: .seconds(30)), "only one may probe")
      try await store.close(target)
      #expect(try await store.records().isEmpty)
    }
  }

  @Test("a limit that has reset is forgotten")
  func limit() async throws {
    try await QueueLab.with { lab in
      let store = CircuitStore(redis: lab.redis)
      try await store.leaveAlone(target, for: .zero, cause: .limited, reason: "rate limited (429)")
      #expect(try await store.records().isEmpty)
    }
  }
}
