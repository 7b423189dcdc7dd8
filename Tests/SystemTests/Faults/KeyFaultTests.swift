import Foundation
import NIOCore
import Shared
import TestSupport
import Testing

@Suite("Limits and budgets under faults", .serialized)
struct KeyFaultTests {
  private let scale = FaultScale.current

  @Test("whatever is killed, no limit admits one too many or too few, no budget is overspent, nothing leaks")
  func exact() async throws {
    let time = scale.time(short: .seconds(30), share: 1 / 3)
    let name = "8 APIs, 64 clients, many limits: APIs, workers and Redis kill -9"
    let findings = try await FaultLab.run(
      name, apis: 8, workers: 3, clients: 0,
      environment: KeyLab.environment.merging(["REDIS_TIMEOUT_MS": "2000"]) { $1 },
      // The file tells all that happened.
      redisOptions: ["--auto-aof-rewrite-percentage", "0"]
    ) { lab in
      try await lab.cluster.simulator.script(KeyStage.rules(latency: 150))
      let stage = try await KeyStage.make(by: try #require(lab.firstAPI), minutes: time / .seconds(60))
      let load = KeyLoad(lab, stage.askers)
      let kills = try await load.run(clients: 64) { try await kill(in: lab, for: time) }
      try await lab.drain()
      try await judge(lab, stage, load.history, kills)
      return kills
    }
    #expect(findings.areSound, "\(findings)")
    let mended = findings.counts.filter { $0.key.hasPrefix("repaired:") || $0.key.hasPrefix("orphan:") }
    #expect(mended.keys.allSatisfy { $0 == "repaired:memory" }, "the janitor had nothing to do: \(mended)")
  }

  // MARK: - Faults

  /// Kills all the while, each kind at its own pace. Returns how often.
  private func kill(in lab: FaultLab, for time: Duration) async throws -> Int {
    let end = ContinuousClock.now + time
    // The time between two kills is that in which work goes on.
    func again(every pause: ClosedRange<Double>, _ fault: @Sendable () async throws -> Void) async throws
      -> Int
    {
      var kills = 0
      while ContinuousClock.now < end {
        try await Task.sleep(for: .seconds(Double.random(in: pause)))
        try await fault()
        kills += 1
      }
      return kills
    }
    async let apis = again(every: 0.5...2) {
      await lab.takeAPI()?.process.killNow()
      try await lab.addAPI()
    }
    async let workers = again(every: 2...6) { try await lab.replaceWorker() }
    async let redis = again(every: 3...8) {
      await lab.cluster.redis.kill()
      // The time without Redis is the fault.
      try await Task.sleep(for: .milliseconds(Int.random(in: 0...500)))
      try await lab.cluster.redis.start()
    }
    return try await apis + workers + redis
  }

  // MARK: - What is found

  private func judge(_ lab: FaultLab, _ stage: KeyStage, _ history: KeyHistory, _ kills: Int) async throws {
    #expect(history.strange.isEmpty, "\(history.strange.prefix(5))")
    let (questions, refusals) = (history.admitted, history.refusals)
    var (steps, counts) = ([KeyStep](), HeldCounts())
    try RedisJournal.forEachStep(in: lab.cluster.redis.directory, wanted: KeyStep.concerns) {
      steps.append(KeyStep($0, &counts))
    }
    let findings = KeyModel.judge(stage.scene, questions, refusals, steps: steps)
    #expect(findings.areSound, "\(findings)")
    #expect(findings.admissions == questions.count)
    let refusing = findings.refusalsByBound.filter { $0.key.contains(" requests/") && $0.value > 2 }
    #expect(refusing.count >= 2, "limits were asked for more than they give: \(findings.refusalsByBound)")
    judgeControls(stage.scene, questions, refusals, steps, refusing.keys.sorted())
    try await expectNothingHeld(lab.redis)
    let totals = try await KeyTotals.ofRecords(lab.queue, questions)
    try await compare(totals, lab, findings)
    try await compareRollUp(totals, lab.redis)
    FaultReport.add(
      "limits and budgets under kills: the model", rounds: kills, jobs: findings.admissions,
      note: "\(findings), refusals \(findings.refusalsByBound.sorted { $0.key < $1.key })")
  }

  /// Negative controls: were the limits one request more or fewer, the model would say so of this very run.
  private func judgeControls(
    _ scene: KeyScene, _ questions: [String: KeyQuestion], _ refusals: [KeyRefusal], _ steps: [KeyStep],
    _ refusing: [String]
  ) {
    var wrong = scene
    wrong.error = (requests: -1, tokens: -60)
    let fewer = KeyModel.judge(wrong, questions, refusals, comparesCounters: false, steps: steps)
    wrong.error = (requests: 1, tokens: 0)
    let more = KeyModel.judge(wrong, questions, refusals, comparesCounters: false, steps: steps)
    #expect(fewer[.tooMany] > 0 && more[.tooFew] > 0, "\(fewer); \(more)")
    for bound in refusing {
      #expect(more.counts[.tooFew]?[bound] ?? 0 > 0, "that \(bound) is off by one is not seen: \(more)")
    }
  }

  private func expectNothingHeld(_ redis: RedisClient) async throws {
    let held = try await redis.send(RedisCommand("HGETALL", "sluice:{0}:held")).array ?? []
    for place in stride(from: 0, to: held.count - 1, by: 2) {
      let counts = OwnerCounts(field: held[place].string ?? "", stored: held[place + 1].bytes)
      let left = counts.values.filter { !$0.key.hasPrefix("l:") }
      #expect(left.isEmpty, "reservations are left")
    }
  }

  /// The records' sums are what was told to clients, what the budgets say was spent, and what the simulator was asked.
  private func compare(_ totals: KeyTotals, _ lab: FaultLab, _ findings: KeyFindings) async throws {
    #expect(totals.faults.isEmpty, "\(totals.faults.prefix(5))")
    #expect(totals.records == findings.admissions, "each job has a record")
    let asked = try await lab.cluster.simulator.stats()["total"]?.integer ?? 0
    // Each call is an attempt, and each answer a call. What else was asked is counted all the same, as calls that were
    // given up or whose worker was lost; some of these have not asked yet.
    #expect(totals.paid <= asked && asked <= totals.attempts, "\(asked) calls: \(totals)")
    #expect(asked <= totals.paid + totals.givenUp + totals.lost, "a call that nothing counts: \(totals)")
    for (tenant, budget) in [("money", "bl"), ("money", "sl"), ("crowd", "bl")] {
      let field = "s:t:\(tenant):\(budget)"
      let told = try await lab.redis.send(RedisCommand("HGET", "sluice:{0}:held", field)).string ?? "0 0"
      let spent = told.split(separator: " ").dropFirst().first.flatMap { Int64($0) }
      #expect(spent == totals.nanos[tenant] ?? 0, "what was spent of \(field): \(told)")
    }
  }

  /// Each record is in the sums once.
  private func compareRollUp(_ totals: KeyTotals, _ redis: RedisClient) async throws {
    try await KeyRollUp.wait(for: redis)
    for (kind, wanted) in [("h", totals.byKey), ("d", totals.byKey), ("u", totals.byUser)] {
      let found = try await KeyRollUp.read(kind, from: redis)
      #expect(found == wanted, "sums of \(kind)")
    }
  }
}
