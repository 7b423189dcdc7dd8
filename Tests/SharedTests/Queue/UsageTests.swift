import Testing

@testable import Shared

@Suite("The usage outbox")
struct UsageTests {
  @Test("every end writes one record, in the step that ends the job")
  func oneEach() async throws {
    try await QueueLab.with { lab in
      var ids: [JobID] = []
      for _ in 0..<4 { ids.append(try await lab.admit(lab.admission(tenant: "a"))) }
      let jobs = try await lab.queue.claim(2, worker: "w").jobs
      var result = lab.result()
      result.usage = TokenUsage(promptTokens: 14, completionTokens: 24)
      result.cost = MicroDollars(rawValue: 27)
      _ = try await lab.queue.complete(jobs[0].lease, with: result, isCacheable: true)
      _ = try await lab.queue.complete(jobs[0].lease, with: result, isCacheable: true)
      _ = try await lab.queue.fail(jobs[1].lease, with: JobFailure(code: .allProvidersFailed, message: ""))
      _ = try await lab.queue.cancel(ids[2], tenant: "a")
      try await lab.letTimePass("deadlines", ids[3])
      _ = try await lab.queue.renew([], worker: "w")
      let records = try await lab.queue.usage(after: nil, count: 10)
      #expect(records.map(\.job) == ids)
      #expect(records.map(\.state) == [.succeeded, .failed, .cancelled, .expired])
      #expect(records[0].usage == result.usage && records[0].cost == result.cost)
      #expect(records[0].provider == "p" && records[0].model == "m" && records[0].tenant == "a")
      #expect(records[1].provider == nil && records[1].usage == .zero && records[1].attempts == 1)
      #expect(try await lab.queue.usage(after: records[2].id, count: 10) == [records[3]])
    }
  }
}
