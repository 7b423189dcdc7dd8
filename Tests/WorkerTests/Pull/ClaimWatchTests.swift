import Shared
import TestSupport
import Testing

@testable import Worker

@Suite("A worker that cannot claim")
struct ClaimWatchTests {
  private let refusal = QueueError.redis(
    .replied(server: "redis://test", command: "FCALL", message: "ERR user_function:1: a step failed"))
  private let outage = QueueError.redis(.unavailable(server: "redis://test", reason: "it is away"))
  private let start = ContinuousClock.now

  @Test("a refusal is said at once and then once a minute; after ten seconds the worker is stuck")
  func refused() {
    let (watch, log) = (ClaimWatch(), RecordedLog())
    let logger = log.logger
    #expect(!watch.isStuck(now: start))
    watch.failed(refusal, now: start, logger: logger)
    #expect(log.lines.count == 1 && log.lines.last?.message.contains("a step failed") == true)
    for second in 1..<60 { watch.failed(refusal, now: start + .seconds(second), logger: logger) }
    #expect(log.lines.count == 1)
    #expect(!watch.isStuck(now: start + .seconds(9)) && watch.isStuck(now: start + .seconds(10)))
    watch.failed(refusal, now: start + .seconds(60), logger: logger)
    #expect(log.lines.count == 2)
    watch.succeeded(now: start + .seconds(61), logger: logger)
    #expect(log.lines.count == 3 && log.lines.last?.message == "jobs are claimed again")
    #expect(!watch.isStuck(now: start + .seconds(100)))
  }

  @Test("a worker whose slots were filled by jobs handed to it after a failure is not stuck")
  func busy() {
    let (watch, log) = (ClaimWatch(), RecordedLog())
    watch.failed(outage, now: start, logger: log.logger)
    watch.failed(outage, now: start + .seconds(1), logger: log.logger)
    #expect(!watch.isStuck(now: start + .seconds(600)))
  }

  @Test("a short outage is left to the client to tell, a long one is not")
  func outages() {
    let (watch, log) = (ClaimWatch(), RecordedLog())
    let logger = log.logger
    watch.failed(outage, now: start, logger: logger)
    watch.failed(outage, now: start + .seconds(9), logger: logger)
    #expect(log.lines.count == 0)
    watch.failed(outage, now: start + .seconds(11), logger: logger)
    #expect(log.lines.count == 1 && log.lines.last?.message.contains("it is away") == true)
    watch.succeeded(now: start + .seconds(12), logger: logger)
    #expect(log.lines.count == 2)
    watch.failed(outage, now: start + .seconds(13), logger: logger)
    watch.succeeded(now: start + .seconds(14), logger: logger)
    #expect(log.lines.count == 2, "what was not said need not be taken back")
  }
}
