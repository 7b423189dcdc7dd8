import NIOCore
import TestSupport
import Testing

@testable import Shared

@Suite("What a request takes of limits and budgets")
struct DemandTests {
  @Test("tokens are reserved, and what was not used is given back, however the job ends")
  func tokens() async throws {
    try await QueueLab.with { lab in
      let demand = lab.demand(rates: [lab.tokens(40)])
      try await lab.admit(lab.admission(demand: demand))
      try await lab.admit(lab.admission(demand: demand))
      guard case .limited(let rate, _, let states) = try await lab.queue.admit(lab.admission(demand: demand))
      else {
        Issue.record("only 20 are left")
        return
      }
      #expect(rate == lab.tokens(40) && states.requests == nil && states.tokens?.remaining == 20)
      try await lab.complete(try await lab.claimOne(), tokens: 10)
      #expect(try await lab.tokensLeft() == 50)
      let job = try await lab.claimOne()
      #expect(try await lab.queue.cancel(job.lease.id, tenant: "default") == .cancelled)
      #expect(try await lab.queue.settle(job.lease, bought: nil))
      #expect(try await lab.tokensLeft() == 90)
      try await lab.admit(lab.admission(demand: demand))
      let purchase = Purchase(provider: "p", model: "m", promptTokens: 20, completionTokens: 5, cost: .zero)
      _ = try await lab.queue.fail(
        try await lab.claimOne().lease, with: JobFailure(code: .requestRefused, message: ""), after: purchase)
      #expect(try await lab.tokensLeft() == 65)
      #expect(try await lab.queue.usage(after: nil, count: 9).last?.usage.promptTokens == 20)
    }
  }

  @Test("what was reserved and has grown back since is not given back again")
  func grownBack() async throws {
    try await QueueLab.with { lab in
      let job = try await lab.admit(lab.admission(demand: lab.demand(rates: [lab.tokens(40)])))
      _ = try await lab.redis("HSET", ":j:\(job)", "ct", "\(Timestamp.now - 172_800_000)")
      #expect(try await lab.queue.cancel(job, tenant: "default") == .cancelled)
      #expect(try await lab.tokensLeft() == 60)
    }
  }

  @Test("limits that are over are forgotten, however many users were named")
  func forgotten() async throws {
    try await QueueLab.with { lab in
      var command = RedisCommand("HSET", "sluice:{0}:held")
      for number in 0..<2500 {
        let stored = OwnerCounts.stored([("l:u:search:\(number):rm", 1)])
        command.append(stored.field)
        command.append(stored.bytes)
      }
      _ = try await lab.redis.send(command)
      #expect(try await lab.queue.mend().repairs.isEmpty)
      #expect(try await lab.redis("HLEN", ":held").integer == 0)
    }
  }

  @Test("what waits is bounded in jobs and bytes of whoever asks; nothing of a refused one is taken")
  func queued() async throws {
    try await QueueLab.with { lab in
      let jobs = QueuedDemand(subject: "t:a:q", scope: .tenant, unit: .jobs, most: 2, amount: 1)
      let demand = lab.demand(rates: [lab.tokens(10)], queued: [jobs])
      for _ in 0..<2 { try await lab.admit(lab.admission(demand: demand)) }
      guard case .full(.limit(jobs)) = try await lab.queue.admit(lab.admission(demand: demand)) else {
        Issue.record("two are there")
        return
      }
      #expect(try await lab.tokensLeft() == 80)
      try await lab.complete(try await lab.claimOne())
      try await lab.admit(lab.admission(demand: demand))
      #expect(try await lab.sums() == ["q:t:a:q": 2])
    }
  }

  @Test("each limit takes and gives back its own amount; those of a client's next request are others")
  func amounts() async throws {
    try await QueueLab.with { lab in
      func demand(_ amount: Int) -> Demand {
        var other = lab.tokens(2 * amount)
        other.subject = "k:1:td"
        return lab.demand(
          rates: [lab.tokens(amount), other],
          queued: [QueuedDemand(subject: "t:a:b", scope: .tenant, unit: .bytes, most: 99, amount: amount)],
          budgets: [lab.budget(Int64(3 * amount)), lab.budget(Int64(amount), subject: "k:1:bd")])
      }
      for amount in [10, 20] { try await lab.admit(lab.admission(demand: demand(amount))) }
      #expect(try await lab.sums() == ["q:t:a:b": 30, "$:t:a:bd": 90, "$:k:1:bd": 30])
      let standing = try await lab.queue.standing(of: demand(0))
      #expect(standing.rates.map(\.remaining) == [70, 40])
      try await lab.complete(try await lab.claimOne(), tokens: 1)
      #expect(try await lab.sums() == ["q:t:a:b": 20, "$:t:a:bd": 60, "$:k:1:bd": 20])
      #expect(try await lab.queue.standing(of: demand(0)).rates.map(\.remaining) == [79, 59])
    }
  }

  @Test("how limits and budgets stand is told in the order of the demand, and takes nothing")
  func standing() async throws {
    try await QueueLab.with { lab in
      let request = RateDemand(subject: "t:a:rd", scope: .tenant, unit: .requests, most: 9, window: .day)
      let jobs = QueuedDemand(subject: "t:a:q", scope: .tenant, unit: .jobs, most: 2, amount: 1)
      let demand = lab.demand(
        rates: [lab.tokens(40), request], queued: [jobs], running: [lab.running(3)],
        budgets: [lab.budget(60), lab.budget(60, .soft, subject: "t:a:bm")])
      try await lab.admit(lab.admission(demand: demand))
      for _ in 0..<2 {
        let now = try await lab.queue.standing(of: demand)
        #expect(now.rates.map(\.remaining) == [60, 8] && now.queued == [1] && now.running == [1])
        #expect(now.budgets.map(\.reserved.rawValue) == [60, 0])
      }
      try await lab.complete(try await lab.claimOne(), cost: 30, tokens: 10)
      let after = try await lab.queue.standing(of: demand)
      #expect(after.rates.map(\.remaining) == [90, 8] && after.queued == [0] && after.running == [0])
      #expect(after.budgets.map(\.spent.rawValue) == [30, 30])
    }
  }

  @Test("a request that was judged by records that are others now is judged anew")
  func stale() async throws {
    try await QueueLab.with { lab in
      func outcome(_ demand: Demand) async throws -> Bool {
        if case .stale(let now) = try await lab.queue.admit(lab.admission(demand: demand)) {
          #expect(abs(now - Timestamp.now) < 60_000)
          return true
        }
        return false
      }
      try await lab.redis("HSET", ":epochs", "t:default", "3", "k:key_1", "7")
      #expect(try await outcome(Demand()))
      #expect(try await outcome(Demand(judgedBy: AccessVersion(tenant: 2))))
      #expect(try await !outcome(Demand(judgedBy: AccessVersion(tenant: 3))))
      #expect(try await outcome(Demand(judgedBy: AccessVersion(tenant: 3, key: 6), key: "key_1")))
      #expect(try await !outcome(Demand(judgedBy: AccessVersion(tenant: 3, key: 7), key: "key_1")))
      #expect(
        try await outcome(Demand(judgedBy: AccessVersion(tenant: 3, key: 7, goodUntil: 5), key: "key_1")))
      var past = lab.demand(budgets: [lab.budget(1, period: 0..<5)])
      past.judgedBy = AccessVersion(tenant: 3)
      #expect(try await outcome(past))
    }
  }

  @Test("a cached answer takes requests only, and is refused by them; one that is replayed takes nothing")
  func cached() async throws {
    try await QueueLab.with { lab in
      let request = RateDemand(subject: "t:a:rd", scope: .tenant, unit: .requests, most: 2, window: .day)
      let demand = lab.demand(
        rates: [request, lab.tokens(40)], running: [lab.running(1)], budgets: [lab.budget(50)])
      let key = Idempotency(digest: "d", fingerprint: "f")
      try await lab.admit(lab.admission(cache: .use(key: "k"), demand: demand, key: key))
      try await lab.complete(try await lab.claimOne())
      func ask(_ key: Idempotency? = nil) async throws -> AdmissionOutcome {
        try await lab.queue.admit(
          lab.admission(cache: .use(key: "k"), records: false, demand: demand, key: key))
      }
      guard case .replayed = try await ask(key), case .cached(_, _, _, let states) = try await ask(),
        case .limited(request, _, _) = try await ask()
      else {
        Issue.record("replayed, cached, refused")
        return
      }
      #expect(states.requests?.remaining == 0 && states.tokens?.remaining == 100)
      #expect(try await lab.sums() == [:])
    }
  }

  @Test("a follower pays nothing; as the heir it takes what the first gave back")
  func heir() async throws {
    try await QueueLab.with { lab in
      let demand = lab.demand(
        rates: [lab.tokens(60)], running: [lab.running(1)], budgets: [lab.budget(80)])
      func ask() -> Admission { lab.admission(cache: .use(key: "k"), demand: demand) }
      let first = try await lab.admit(ask())
      let second = try await lab.admit(ask())
      #expect(try await lab.sums() == ["n:t:a:n": 1, "$:t:a:bd": 80])
      let job = try await lab.claimOne()
      #expect(job.lease.id == first)
      #expect(try await lab.queue.cancel(first, tenant: "default") == .cancelled)
      #expect(try await lab.queue.settle(job.lease, bought: nil))
      #expect(try await lab.sums() == ["n:t:a:n": 1, "$:t:a:bd": 80])
      let heir = try await lab.claimOne()
      #expect(heir.lease.id == second)
      try await lab.complete(heir, cost: 30, tokens: 50)
      #expect(try await lab.sums() == [:])
      #expect(try await lab.spent() == 30)
      #expect(try await lab.tokensLeft() == 50)
    }
  }

  @Test("a job that a failover lost takes what it had taken once more; another's refusal does not stop it")
  func readmitted() async throws {
    try await QueueLab.with { lab in
      let admission = lab.admission(demand: lab.demand(rates: [lab.tokens(60)], running: [lab.running(1)]))
      let before = try await lab.snapshot()
      try await lab.admit(admission)
      try await lab.restore(before)
      try await lab.admit(lab.admission(demand: lab.demand(rates: [lab.tokens(60)])))
      guard case .admitted = try await lab.queue.readmit([admission])[0] else {
        Issue.record("it was accepted")
        return
      }
      #expect(try await lab.sums() == ["n:t:a:n": 1])
      for _ in 0..<2 { try await lab.complete(try await lab.claimOne(), tokens: 10) }
      #expect(try await lab.tokensLeft() == 80)
      #expect(try await lab.sums() == [:])
    }
  }
}
