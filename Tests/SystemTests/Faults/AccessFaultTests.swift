import Foundation
import TestSupport
import Testing

@Suite("Faults of access", .serialized)
struct AccessFaultTests {
  private let scale = FaultScale.current

  /// A right that is taken away and given back, each by commands of an operator.
  private struct Right {
    let taken: [[String]]
    let given: [String]

    init(_ taken: String, given: String, cutsOff: Bool = false) {
      let cut = cutsOff ? [["CLIENT", "KILL", "USER", "sluice"]] : []
      self.taken = [["ACL", "SETUSER", "sluice", taken]] + cut
      self.given = ["ACL", "SETUSER", "sluice", given]
    }
  }

  private static let rights = [
    // Messages, which steps send and processes hear.
    Right("-publish", given: "+publish"),
    Right("resetchannels", given: "&sluice:*"),
    Right("-subscribe", given: "+subscribe", cutsOff: true),
    // Steps as a whole, and the keys that they name.
    Right("-fcall", given: "+fcall"),
    Right("resetkeys", given: "~sluice:*"),
    Right("-bzpopmin", given: "+bzpopmin"),
    // All of it: who is connected goes on until the connection ends.
    Right("off", given: "on", cutsOff: true),
    Right("resetpass", given: ">pw", cutsOff: true),
  ]

  @Test("rights are taken away under load and given back: it says so, waits, and goes on by itself")
  func taken() async throws {
    let findings = try await FaultLab.run(
      "rights taken away, and given back", apis: 2, workers: 3,
      redisOptions: ["--user", "sluice", "on", ">pw", "~sluice:*", "&sluice:*", "+@all"], user: "sluice:pw"
    ) { lab in
      // One that begins without a right stops, for an operator to mend it.
      try await eventually("all workers work") { try await lab.queue.statistics().workers == lab.workerCount }
      let count = Self.rights.count
      return try await scale.rounds(short: count, long: count * 20, share: 0.06) { number in
        let right = Self.rights[number % count]
        try await lab.untilAccepted(20)
        for command in right.taken { try await lab.disturb(command) }
        // The time without the right is the fault: in chaos at times longer than a lease.
        try await Task.sleep(for: .seconds(Double.random(in: 0.5...(scale.isChaos ? 20 : 1))))
        try await lab.disturb(right.given)
        try await lab.untilAccepted(20)
      }
    }
    #expect(findings.areSound, "\(findings)")
  }
}
