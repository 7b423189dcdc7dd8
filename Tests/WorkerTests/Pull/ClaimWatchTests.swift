import Logging
import Shared
import Synchronization
import Testing

@testable import Worker

@Suite("A worker that cannot claim")
struct ClaimWatchTests {
  private final class Lines: Sendable {
    let all = Mutex<[String]>([])
    var count: Int { all.withLock(\.count) }
    var last: String? { all.withLock(\.last) }
  }

  private struct Recorder: LogHandler {
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(
      level: Logger.Level, message: Logger.Message, metadata: Logger.Metadata?, source: String, file: String,
      function: String, line: UInt
    ) {
      lines.all.withLock { $0.append("\(message)") }
    }
  }

  private let refusal = QueueError.redis(
    .replied(server: "redis://test", command: "FCALL", message: "ERR user_function:1: a step failed"))
  private let outage = QueueError.redis(.unavailable(server: "redis://test", reason: "it is away"))
  private let start = ContinuousClock.now

  @Test("a refusal is said at once and then once a minute; after ten seconds the worker is stuck")
  func refused() {
    let (watch, lines) = (ClaimWatch(), Lines())
    let logger = Logger(label: "test") { _ in Recorder(lines: lines) }
    #expect(!watch.isStuck(now: start))
    watch.failed(refusal, now: start, logger: logger)
    #expect(lines.count == 1 && lines.last?.contains("a step failed") == true)
    for second in 1..<60 { watch.failed(refusal, now: start + .seconds(second), logger: logger) }
    #expect(lines.count == 1)
    #expect(!watch.isStuck(now: start + .seconds(9)) && watch.isStuck(now: start + .seconds(10)))
    watch.failed(refusal, now: start + .seconds(60), logger: logger)
    #expect(lines.count == 2)
    watch.succeeded(now: start + .seconds(61), logger: logger)
    #expect(lines.count == 3 && lines.last == "jobs are claimed again")
    #expect(!watch.isStuck(now: start + .seconds(100)))
  }

  @Test("a short outage is left to the client to tell, a long one is not")
  func outages() {
    let (watch, lines) = (ClaimWatch(), Lines())
    let logger = Logger(label: "test") { _ in Recorder(lines: lines) }
    watch.failed(outage, now: start, logger: logger)
    watch.failed(outage, now: start + .seconds(9), logger: logger)
    #expect(lines.count == 0)
    watch.failed(outage, now: start + .seconds(11), logger: logger)
    #expect(lines.count == 1 && lines.last?.contains("it is away") == true)
    watch.succeeded(now: start + .seconds(12), logger: logger)
    #expect(lines.count == 2)
    watch.failed(outage, now: start + .seconds(13), logger: logger)
    watch.succeeded(now: start + .seconds(14), logger: logger)
    #expect(lines.count == 2, "what was not said need not be taken back")
  }
}
