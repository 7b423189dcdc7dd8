import NIOCore
import Testing

@testable import Shared

@Suite("What was bought for a job beside its answer")
struct BoughtTests {
  private func purchase(_ cost: Int64, tokens: Int = 0) -> Purchase {
    Purchase(
      provider: "groq#2", model: "a model", promptTokens: tokens, completionTokens: 1,
      cost: NanoDollars(rawValue: cost))
  }

  private func demand(_ lab: QueueLab, _ cost: Int64 = 60) -> Demand {
    lab.demand(
      rates: [lab.tokens(40)], running: [lab.running(2)],
      budgets: [
        lab.budget(cost, of: 1000), lab.budget(cost, of: 1000, .soft, subject: "t:a:sd"),
      ])
  }

  @Test(
    "a job that was cancelled while it ran holds on until its worker says what it bought, which counts once")
  func cancelled() async throws {
    try await QueueLab.with { lab in
      try await lab.admit(lab.admission(demand: demand(lab), metadata: #"{"team":"x"}"#))
      let job = try await lab.claimOne()
      let held = try await lab.sums()
      #expect(try await lab.queue.cancel(job.lease.id, tenant: "default") == .cancelled)
      #expect(try await lab.sums() == held)
      #expect(try await lab.records().isEmpty)
      #expect(try await lab.queue.mend().repairs.isEmpty, "that is no leak")
      for other in [
        Lease(id: job.lease.id, fence: job.lease.fence + 1, worker: "w"),
        Lease(id: job.lease.id, fence: job.lease.fence, worker: "v"),
      ] {
        #expect(try await !lab.queue.settle(other, bought: purchase(9)))
      }
      let slot = JobAccountSlot()
      #expect(try await lab.queue.settle(job.lease, bought: purchase(7, tokens: 9), telling: slot))
      #expect(slot.account?.tenant == "default" && slot.account?.total != nil)
      #expect(try await !lab.queue.settle(job.lease, bought: purchase(7, tokens: 9)))
      #expect(try await lab.sums() == [:])
      #expect(try await lab.spent() == 7)
      #expect(try await lab.spent("t:a:sd") == 7)
      #expect(try await lab.tokensLeft() == 90)
      let records = try await lab.records()
      let record = try #require(records.first)
      #expect(records.count == 1 && record.state == .cancelled && record.cost.rawValue == 7)
      #expect(record.provider == "groq" && record.providerKey == .listed(2) && record.model == "a model")
      #expect(record.usage.promptTokens == 9 && record.lostAttempts == 0 && record.tags == ["team": "x"])
      #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
    }
  }

  @Test(
    "an answer that comes after its job was cancelled is paid, be it whole, failed or put aside",
    arguments: 0..<4)
  func late(way: Int) async throws {
    try await QueueLab.with { lab in
      try await lab.admit(lab.admission(demand: demand(lab)))
      let job = try await lab.claimOne()
      _ = try await lab.queue.cancel(job.lease.id, tenant: "default")
      var result = lab.result()
      result.answer.usage = TokenUsage(promptTokens: 9, completionTokens: 1)
      result.cost = NanoDollars(rawValue: 7)
      let bought = purchase(7, tokens: 9)
      switch way {
      case 0: #expect(try await lab.queue.complete(job.lease, with: result, isCacheable: true) == .stale)
      case 1:
        let failure = JobFailure(code: .allProvidersFailed, message: "")
        #expect(try await lab.queue.fail(job.lease, with: failure, after: bought) == .stale)
      case 2:
        let settlement = try await lab.queue.retry(
          job.lease, after: .zero, countsAttempt: true, bought: bought)
        #expect(settlement == .stale)
      default: try await lab.queue.release([job.lease], bought: [job.lease: bought])
      }
      #expect(try await lab.sums() == [:])
      #expect(try await lab.spent() == 7)
      #expect(try await lab.tokensLeft() == 90)
      #expect(try await lab.records().map(\.cost.rawValue) == [7])
      #expect(try await lab.state(of: job.lease.id) == .cancelled)
      #expect(try await !lab.queue.settle(job.lease, bought: nil))
    }
  }

  @Test(
    "where nobody says what a cancelled job has bought, it counts as what it had reserved once its worker is gone"
  )
  func unsaid() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(demand: demand(lab)))
      _ = try await lab.claimOne()
      _ = try await lab.queue.cancel(id, tenant: "default")
      try await lab.letTimePass("owed", id)
      _ = try await lab.queue.renew([], worker: "w")
      #expect(try await lab.records().isEmpty, "its worker lives, and will say it")
      _ = try await lab.queue.renew([], worker: "alive")
      try await lab.redis("ZADD", ":workers", "XX", "1", "w")
      try await lab.letTimePass("owed", id)
      _ = try await lab.queue.renew([], worker: "alive")
      let record = try #require(try await lab.records().first)
      #expect(record.state == .cancelled && record.cost.rawValue == 60 && record.lostAttempts == 1)
      #expect(record.usage.promptTokens + record.usage.completionTokens == 40)
      #expect(try await lab.spent() == 60)
      #expect(try await lab.tokensLeft() == 60)
      #expect(try await lab.sums() == [:])
      #expect(try await lab.keys(beginning: QueueLab.passing).isEmpty)
    }
  }

  @Test("one that is not settled stays, whatever its tenant keeps, and whoever deletes its user")
  func stays() async throws {
    try await QueueLab.with(settings: ["JOB_TTL": "60", "QUERY_TTL": "1"]) { lab in
      var demand = demand(lab)
      demand.user = "anna"
      let id = try await lab.admit(lab.admission(channel: "c", demand: demand))
      let job = try await lab.claimOne()
      _ = try await lab.queue.cancel(id, tenant: "default")
      #expect(try await lab.queue.isSettled(id) == false)
      let time = try await lab.redis("PTTL", ":j:\(id)").integer ?? 0
      #expect(time > 300_000)
      let user = TenantUser("anna", of: "default")
      #expect(try await lab.queue.forget(user, now: Timestamp.now) == [id])
      #expect(try await lab.queue.settle(job.lease, bought: purchase(7)))
      #expect(try await lab.queue.isSettled(id))
      #expect(try await lab.queue.forget(user, now: Timestamp.now).isEmpty)
      #expect(try await lab.spent() == 7)
    }
  }

  @Test("an attempt whose worker is lost counts as what it had reserved, and the next one reserves anew")
  func lost() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(demand: demand(lab, 30)))
      for number in 1...2 {
        _ = try await lab.claimOne(worker: "w\(number)")
        try await lab.loseWorker("w\(number)", holding: id)
        _ = try await lab.queue.renew([], worker: "alive")
        let next = try await lab.queue.claim(1, worker: "v").jobs
        #expect(next.map(\.lease.id) == [id])
        #expect(try await lab.sums() == ["n:t:a:n": 1, "$:t:a:bd": 30])
        #expect(try await lab.spent() == Int(30 * number))
        #expect(try await lab.tokensLeft() == 100 - 40 * (number + 1) || number == 2)
        if number == 2 {
          try await lab.complete(next[0], cost: 7, tokens: 9)
        } else {
          try await lab.queue.release([next[0].lease])
        }
      }
      #expect(try await lab.spent() == 67)
      #expect(try await lab.spent("t:a:sd") == 67)
      let records = try await lab.records()
      let record = try #require(records.first)
      #expect(records.count == 1 && record.cost.rawValue == 67 && record.lostAttempts == 2)
      #expect(record.usage.promptTokens + record.usage.completionTokens == 89)
      #expect(record.provider == "p" && record.state == .succeeded)
      #expect(try await lab.sums() == [:])
    }
  }

  @Test("a job whose lost attempt has spent too much waits for others, or is refused")
  func lostTooMuch() async throws {
    try await QueueLab.with { lab in
      let first = try await lab.admit(lab.admission(demand: lab.demand(budgets: [lab.budget(40)])))
      _ = try await lab.claimOne(worker: "lost")
      let other = try await lab.admit(lab.admission(demand: lab.demand(budgets: [lab.budget(30)])))
      let running = try await lab.claimOne(worker: "v")
      try await lab.loseWorker("lost", holding: first)
      // 40 are spent, 30 reserved by another.
      #expect(try await lab.queue.claim(9, worker: "v").jobs.isEmpty)
      #expect(try await lab.sums() == ["$:t:a:bd": 30, "w:t:a:bd": 1])
      #expect(running.lease.id == other)
      try await lab.complete(running, cost: 30)
      // 70 are spent, and 40 at most more are over 100.
      #expect(try await lab.state(of: first) == .failed)
      let records = try await lab.records()
      #expect(records.map(\.cost.rawValue) == [30, 40] && records[1].lostAttempts == 1)
      #expect(try await lab.spent() == 70)
      #expect(try await lab.sums() == [:])
    }
  }

  @Test("a lost lease of a worker that lives has bought nothing: it never heard of the job")
  func alive() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(demand: demand(lab, 30)))
      _ = try await lab.claimOne()
      try await lab.letTimePass("lease", id)
      let job = try await lab.claimOne()
      try await lab.complete(job, cost: 7)
      #expect(try await lab.records().map(\.cost.rawValue) == [7])
      #expect(try await lab.spent() == 7)
    }
  }

  @Test(
    "what an attempt has bought that is tried again, or given back, counts at once and in the record",
    arguments: [true, false])
  func again(isRetry: Bool) async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(demand: demand(lab, 30)))
      let job = try await lab.claimOne()
      if isRetry {
        let slot = JobAccountSlot()
        let settlement = try await lab.queue.retry(
          job.lease, after: .seconds(60), countsAttempt: true, bought: purchase(5, tokens: 9), telling: slot)
        #expect(settlement == .recorded)
        #expect(slot.account?.tenant == "default" && slot.account?.total == nil)
        #expect(try await lab.sums() == [:], "it comes to its gates when its time has come")
        try await lab.letTimePass("scheduled", id)
      } else {
        try await lab.queue.release([job.lease], bought: [job.lease: purchase(5, tokens: 9)])
      }
      #expect(try await lab.spent() == 5)
      #expect(try await lab.tokensLeft() == 50)
      let next = try await lab.claimOne()
      #expect(next.attempts == (isRetry ? 2 : 1))
      #expect(try await lab.sums() == ["n:t:a:n": 1, "$:t:a:bd": 30])
      try await lab.complete(next, cost: 7, tokens: 10)
      #expect(try await lab.spent() == 12)
      #expect(try await lab.tokensLeft() == 80)
      let record = try #require(try await lab.records().first)
      #expect(record.cost.rawValue == 12 && record.usage.promptTokens == 19 && record.provider == "p")
      #expect(record.lostAttempts == 0)
    }
  }

  @Test("a dead letter for which no budget pays stays one; one that is refused later is one again")
  func deadLetters() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(demand: lab.demand(budgets: [lab.budget(60)])))
      let failure = JobFailure(code: .allProvidersFailed, message: "")
      _ = try await lab.queue.fail(try await lab.claimOne().lease, with: failure)
      try await lab.redis(
        "HSET", ":held", "s:t:a:bd", "\(Timestamp.now - 1000) 50 100 \(Timestamp.now + 60_000)")
      let before = try await lab.keys(beginning: ["j:\(id)", "p:\(id)", "r:\(id)", "dead"])
      #expect(try await lab.requeue(id) == .overBudget)
      #expect(try await lab.keys(beginning: ["j:\(id)", "p:\(id)", "r:\(id)", "dead"]) == before)
      #expect(try await lab.queue.deadLetters(before: nil, count: 9).elements.map(\.job.id) == [id])
      // Others have reserved what is left, and spend it.
      try await lab.redis(
        "HSET", ":held", "s:t:a:bd", "\(Timestamp.now - 1000) 10 100 \(Timestamp.now + 60_000)")
      try await lab.admit(lab.admission(demand: lab.demand(budgets: [lab.budget(60)])))
      let other = try await lab.claimOne()
      #expect(try await lab.requeue(id) == .queued)
      try await lab.complete(other, cost: 60)
      #expect(try await lab.state(of: id) == .failed)
      #expect(try await lab.queue.deadLetters(before: nil, count: 9).elements.map(\.job.id) == [id])
      #expect(try await lab.keys(beginning: ["p:\(id)"]).count == 1)
    }
  }

  @Test("a budget that refuses a call refuses those that follow it in steps of a few")
  func heirs() async throws {
    try await QueueLab.with { lab in
      func ask() -> Admission {
        lab.admission(cache: .use(key: "k"), demand: lab.demand(budgets: [lab.budget(60)]))
      }
      try await lab.admit(ask())
      var followers: [JobID] = []
      for _ in 0..<30 { followers.append(try await lab.admit(ask())) }
      let job = try await lab.claimOne()
      try await lab.redis(
        "HSET", ":held", "s:t:a:bd", "\(Timestamp.now - 1000) 50 100 \(Timestamp.now + 60_000)")
      _ = try await lab.queue.fail(job.lease, with: JobFailure(code: .requestRefused, message: ""))
      func refused() async throws -> Int {
        var count = 0
        for id in followers where try await lab.state(of: id) == .failed { count += 1 }
        return count
      }
      #expect(try await refused() == 8)
      var steps = 0
      while try await refused() < followers.count, steps < 9 {
        #expect(try await lab.queue.claim(1, worker: "w").jobs.allSatisfy { $0.lease.id.kind == .delivery })
        steps += 1
      }
      #expect(steps > 1 && steps < 9)
      #expect(try await lab.sums() == [:])
      #expect(try await lab.keys(beginning: ["f:", "leader:", "heirs"]).isEmpty)
    }
  }
}
