import NIOCore
import TestSupport
import Testing

@testable import Shared

@Suite("What is lost of gates and sums stops no step, and is set right")
struct GateOrphanTests {
  private func three(_ lab: QueueLab) async throws -> [JobID] {
    var ids: [JobID] = []
    for _ in 0..<3 {
      ids.append(try await lab.admit(lab.admission(demand: lab.demand(running: [lab.running(1)]))))
    }
    return ids
  }

  @Test("a job at a gate that is lost is passed over", arguments: ["DEL", "SET"])
  func lostJob(command: String) async throws {
    try await QueueLab.with { lab in
      let ids = try await three(lab)
      try await lab.loseJob(ids[1])
      if command == "SET" { try await lab.redis("SET", ":j:\(ids[1])", "what is this?") }
      try await lab.complete(try await lab.claimOne())
      #expect(try await lab.claimOne().lease.id == ids[2])
      #expect(try await lab.orphans() == ["gate": 1])
      #expect(try await lab.sums() == ["n:t:a:n": 1])
    }
  }

  @Test(
    "a gate that is lost, or is of another type: who stood there is found again", arguments: [false, true])
  func lostGate(isOfAnotherType: Bool) async throws {
    try await QueueLab.with { lab in
      let ids = try await three(lab)
      try await lab.redis("DEL", ":gate:t:a:n")
      if isOfAnotherType { try await lab.redis("SET", ":gate:t:a:n", "no gate") }
      try await lab.complete(try await lab.claimOne())
      #expect(Set(try await lab.queue.mend().repairs.map(\.kind)).contains("not-at-gate"))
      _ = try await lab.queue.mend()
      #expect(try await lab.queue.mend().repairs == [])
      for _ in 0..<2 { try await lab.complete(try await lab.claimOne()) }
      for id in ids { #expect(try await lab.state(of: id) == .succeeded) }
      #expect(try await lab.sums() == [:])
    }
  }

  @Test("sums that are lost or wrong are set right from the jobs", arguments: [false, true])
  func sums(isOfAnotherType: Bool) async throws {
    try await QueueLab.with { lab in
      let demand = lab.demand(
        queued: [QueuedDemand(subject: "t:a:q", scope: .tenant, unit: .jobs, most: 9, amount: 1)],
        running: [lab.running(1)], budgets: [lab.budget(10)])
      for _ in 0..<2 { try await lab.admit(lab.admission(demand: demand)) }
      let sums = try await lab.sums()
      #expect(sums == ["q:t:a:q": 2, "n:t:a:n": 1, "$:t:a:bd": 10, "w:t:a:n": 1])
      try await lab.redis("DEL", ":held")
      if isOfAnotherType {
        try await lab.redis("SET", ":held", "no sums")
      } else {
        try await lab.store([("n:t:ghost:n", 4)])
        try await lab.store([("$:t:a:bd", 99)])
      }
      #expect(try await lab.queue.mend().repairs.map(\.kind).contains("counter-held"))
      #expect(try await lab.sums() == sums)
      #expect(try await lab.queue.mend().repairs == [])
      for _ in 0..<2 { try await lab.complete(try await lab.claimOne()) }
      #expect(try await lab.sums() == [:])
    }
  }

  @Test("a job of which nobody can read what it holds ends as any other")
  func damaged() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(demand: lab.demand(running: [lab.running(1)])))
      try await lab.redis("HSET", ":j:\(id)", "h", "nonsense")
      try await lab.complete(try await lab.claimOne())
      #expect(try await lab.state(of: id) == .succeeded)
      _ = try await lab.queue.mend()
      #expect(try await lab.sums() == [:])
    }
  }

  @Test("limits and periods that are over leave nothing behind")
  func over() async throws {
    try await QueueLab.with { lab in
      let later = (Timestamp.now + 3_600_000) * 1000
      try await lab.store([("l:t:a:rm", 5), ("n:t:a:n", 0)])
      try await lab.store([("l:t:b:rm", 5), ("l:t:b:th", later)])
      try await lab.redis(
        "HSET", ":held", "s:t:a:bd", "1 2 0 9", "s:t:a:bl", "1 2 0 1000000000000000", "o:t:c", "damaged")
      #expect(try await lab.queue.mend().repairs == [])
      let left = try await lab.redis("HKEYS", ":held").array?.compactMap(\.string) ?? []
      #expect(Set(left) == ["s:t:a:bl", "o:t:b"])
      let stored = try await lab.redis("HGET", ":held", "o:t:b").bytes
      #expect(stored == OwnerCounts.stored([("l:t:b:th", later)]).bytes, "what is over is not named any more")
    }
  }

  @Test("what processes of before count in fields of their own goes once no job holds anything of it")
  func formerFields() async throws {
    try await QueueLab.with { lab in
      try await lab.admit(lab.admission(demand: lab.demand(running: [lab.running(1)])))
      let later = (Timestamp.now + 3_600_000) * 1000
      try await lab.redis(
        "HSET", ":held", "n:t:a:n", "1", "$:t:a:bd", "9", "w:t:b:n", "?", "l:t:a:rm", "5", "l:t:a:th",
        "\(later)")
      #expect(try await lab.queue.mend().repairs == [])
      let left = try await lab.redis("HKEYS", ":held").array?.compactMap(\.string) ?? []
      #expect(Set(left) == ["-", "o:t:a", "n:t:a:n", "l:t:a:th"])
    }
  }
}
