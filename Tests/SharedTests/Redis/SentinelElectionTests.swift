import Testing

@testable import Shared

private let old = RedisConfiguration.Address.tcp(host: "10.0.0.1", port: 6379)
private let new = RedisConfiguration.Address.tcp(host: "10.0.0.2", port: 6379)
private let away = SentinelElection.Answer.failed(
  .unavailable(server: "sentinel://s3:26379", reason: "it is away"))

@Suite("Whom sentinels name")
struct SentinelElectionTests {
  private func election(of sentinels: Int, _ answers: [SentinelElection.Answer]) -> SentinelElection {
    var election = SentinelElection(sentinels: sentinels)
    for answer in answers { election.count(answer) }
    return election
  }

  @Test(
    "the majority of all decides, not that of those who answer",
    arguments: [
      (1, [.named(new)], .master(new)),
      (3, [.named(new), .named(new)], .master(new)),
      (3, [.named(old), .named(new), .named(new)], .master(new)),
      (3, [.named(new), away, away], .undecided),
      (3, [.named(old), .named(new), away], .undecided),
      (3, [away, away], .undecided),
      (2, [.named(new), away], .undecided),
      (4, [.named(new), .named(new), .named(old), .named(old)], .undecided),
      (3, [.unknown, .unknown], .unknown),
      (3, [.unknown, .named(new), .named(new)], .master(new)),
    ] as [(Int, [SentinelElection.Answer], SentinelElection.Outcome)])
  func majority(of sentinels: Int, answers: [SentinelElection.Answer], outcome: SentinelElection.Outcome) {
    #expect(election(of: sentinels, answers).outcome == outcome)
  }

  @Test("it is open while a majority can still come about")
  func open() {
    #expect(election(of: 3, []).outcome == nil)
    #expect(election(of: 3, [.named(new)]).outcome == nil)
    #expect(election(of: 3, [.named(old), .named(new)]).outcome == nil)
    #expect(election(of: 3, [.named(new), away]).outcome == nil)
  }

  @Test("who disagrees and who is silent is told")
  func disagreement() {
    let text = election(of: 3, [.named(old), .named(new), away]).disagreement
    #expect(text.hasPrefix("2 of 3 sentinels must name the same master"))
    #expect(text.contains("1 names 10.0.0.1:6379") && text.contains("1 names 10.0.0.2:6379"))
    #expect(text.contains("sentinel://s3:26379"))
  }
}
