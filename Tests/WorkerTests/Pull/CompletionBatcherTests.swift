import Logging
import NIOCore
import NIOPosix
import Shared
import TestSupport
import Testing

@testable import Worker

@Suite("Answers that are recorded together")
struct CompletionBatcherTests {
  private func result(_ text: String) -> JobResult {
    JobResult(
      response: text, provider: "p", model: "m", finishReason: .stop, usage: .zero, cost: .zero,
      latency: .zero, cascadePath: [])
  }

  /// Answers of the given lengths, in batches; the first `offered` come with an offer.
  private func batches(of lengths: [Int], offered: Int = 0, _ queue: JobQueue) async -> [Int] {
    let offer = queue.offer(of: "w", on: queue.makeHandOverChannel())
    return await withTaskGroup(of: Void.self) { group in
      var entries: [CompletionBatcher.Entry] = []
      let (stream, made) = AsyncStream.makeStream(of: CompletionBatcher.Entry.self)
      for (index, length) in lengths.enumerated() {
        let lease = Lease(id: JobID(unixMilliseconds: Int64(index)), fence: 1)
        let completion = Completion(
          of: lease, with: result(String(repeating: "x", count: length)), isCacheable: false)
        group.addTask {
          _ = await withCheckedContinuation { caller in
            made.yield(
              CompletionBatcher.Entry(
                completion: completion, offer: index < offered ? offer : nil, caller: caller))
          }
        }
        for await entry in stream {
          entries.append(entry)
          break
        }
      }
      for entry in entries { entry.caller.resume(returning: .success(.recorded)) }
      return CompletionBatcher.batches(of: entries).map(\.count)
    }
  }

  private func withQueue(_ body: (JobQueue) async throws -> Void) async throws {
    try await RedisServer.with { server in
      let redis = RedisClient(
        configuration: try RedisConfiguration(url: server.url), logger: Logger(label: "test"), purpose: "test"
      )
      let environment = ProcessEnvironment([:])
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await redis.run() }
        defer { group.cancelAll() }
        try await body(
          JobQueue(
            redis: redis, retention: try JobRetention(environment), bounds: try QueueBounds(environment)))
      }
    }
  }

  @Test("a step takes 64 answers, or 4 MiB of them, and those of one offer")
  func bounds() async throws {
    try await withQueue { queue in
      #expect(await batches(of: Array(repeating: 10, count: 130), queue) == [64, 64, 2])
      #expect(await batches(of: Array(repeating: 1_500_000, count: 5), queue) == [2, 2, 1])
      #expect(await batches(of: [10_000_000, 10, 10], queue) == [1, 2])
      #expect(await batches(of: [10, 10, 10], offered: 2, queue) == [2, 1])
    }
  }

  @Test("each caller is told what became of its own job")
  func settlements() async throws {
    try await withQueue { queue in
      for _ in 0..<20 {
        let admission = Admission(
          id: JobID(unixMilliseconds: Timestamp.now), tenant: "t", lane: .standard, model: "default",
          request: ByteBuffer(string: "why"), weight: 1, expiresIn: .seconds(60))
        guard case .admitted = try await queue.admit(admission) else {
          Issue.record("it should be admitted")
          return
        }
      }
      let leases = try await queue.claim(20, worker: "w").jobs.map(\.lease)
      let batcher = CompletionBatcher(queue: queue, eventLoop: MultiThreadedEventLoopGroup.singleton.any())
      let wrong = Lease(id: leases[0].id, fence: 9)
      try await withThrowingTaskGroup(of: (Lease, Settlement).self) { group in
        for lease in leases + [wrong] {
          let completion = Completion(of: lease, with: result("\(lease.id)"), isCacheable: false)
          group.addTask { (lease, try await batcher.complete(completion, offer: nil)) }
        }
        for try await (lease, settlement) in group {
          #expect(settlement == (lease == wrong ? .stale : .recorded))
        }
      }
      for lease in leases {
        let body = try #require(try await queue.read(lease.id, tenant: "t").job?.body)
        #expect(String(buffer: body).contains("\(lease.id)"))
      }
    }
  }
}
