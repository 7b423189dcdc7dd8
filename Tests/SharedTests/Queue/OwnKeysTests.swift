import TestSupport
import Testing

@testable import Shared

@Suite("Which keys a job's tenant brings", .bounded)
struct OwnKeysTests {
  private func store(_ record: String, of tenant: String, in lab: QueueLab) async throws {
    _ = try await lab.redis.send(RedisCommand("SET", "sluice:{0}:tenant:\(tenant)", record))
  }

  @Test("they are those of its tenant, as its record says now")
  func ofTenant() async throws {
    try await QueueLab.with { lab in
      let job = try await lab.admit(lab.admission(tenant: "search"))
      try await store(#"{"provider_keys":{"openai":"search-openai","groq":"g.1"}}"#, of: "search", in: lab)
      #expect(try await lab.queue.ownKeys(of: job) == ["openai": "search-openai", "groq": "g.1"])
      try await store(#"{"provider_keys":{}}"#, of: "search", in: lab)
      #expect(try await lab.queue.ownKeys(of: job) == [:])
    }
  }

  @Test("another tenant's are none of its own, and a job that is gone has none")
  func others() async throws {
    try await QueueLab.with { lab in
      try await store(#"{"provider_keys":{"openai":"search-openai"}}"#, of: "search", in: lab)
      try await store("{}", of: "chat", in: lab)
      let job = try await lab.admit(lab.admission(tenant: "chat"))
      #expect(try await lab.queue.ownKeys(of: job) == [:])
      #expect(try await lab.queue.ownKeys(of: JobID(unixMilliseconds: 1)) == [:])
    }
  }

  @Test("of a tenant that is gone it is not known; that of the service's key need not have a record")
  func withoutRecord() async throws {
    try await QueueLab.with { lab in
      let orphan = try await lab.admit(lab.admission(tenant: "search"))
      await #expect(throws: QueueError.self) { try await lab.queue.ownKeys(of: orphan) }
      let job = try await lab.admit(lab.admission(tenant: "default"))
      #expect(try await lab.queue.ownKeys(of: job) == [:])
    }
  }

  @Test("a record that cannot be read is an error, and not a tenant without keys")
  func unreadable() async throws {
    try await QueueLab.with { lab in
      let job = try await lab.admit(lab.admission(tenant: "search"))
      for record in ["broken", #"{"provider_keys":{"openai":["a"]}}"#] {
        try await store(record, of: "search", in: lab)
        await #expect(throws: QueueError.self) { try await lab.queue.ownKeys(of: job) }
      }
    }
  }
}
