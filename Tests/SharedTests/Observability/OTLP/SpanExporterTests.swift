import Logging
import NIOCore
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing
import Tracing

@testable import Shared

@Suite("Spans on their way to a collector")
struct SpanExporterTests {
  /// An exporter that runs, and what it has logged. It is told to stop when `body` is done.
  private func exporting(
    to receiver: WebhookReceiver, _ values: [String: String] = [:],
    _ body: (SpanExporter, RecordedLog) async throws -> Void
  ) async throws {
    try await exporting(to: "http://127.0.0.1:\(receiver.port)", values, body)
  }

  private func exporting(
    to url: String, _ values: [String: String], _ body: (SpanExporter, RecordedLog) async throws -> Void
  ) async throws {
    let told = [
      "OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json",
      "OTEL_BSP_SCHEDULE_DELAY": "20",
    ].merging(values) { $1 }
    let settings = try #require(try OTLPSettings(ProcessEnvironment(told), service: "sluice-test"))
    let log = RecordedLog()
    let exporter = SpanExporter(settings, logger: log.logger)
    let group = ServiceGroup(services: [exporter], logger: Logger(label: "test"))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      let result: Result<Void, any Error>
      do { result = .success(try await body(exporter, log)) } catch { result = .failure(error) }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
      try result.get()
    }
  }

  private final class Kept: SpanSink {
    private let kept = Mutex<[SpanRecord]>([])
    var spans: [SpanRecord] { kept.withLock { $0 } }
    func add(_ spans: [SpanRecord]) { kept.withLock { $0 += spans } }
  }

  /// All at once, or a batch may be sent while they come.
  private func add(_ count: Int, to exporter: SpanExporter) {
    let kept = Kept()
    let tracer = SpanTracer(sampler: TraceSampler(.always), sink: kept)
    for number in 0..<count { tracer.startSpan("span \(number)").end() }
    exporter.add(kept.spans)
  }

  private func names(_ request: WebhookReceiver.Request) -> [String] {
    let spans = request.json["resourceSpans"]?[0]?["scopeSpans"]?[0]?["spans"]?.array ?? []
    return spans.compactMap { $0["name"]?.string }
  }

  @Test("spans come together, in the collector's form and with its headers")
  func delivery() async throws {
    try await WebhookReceiver.with(.status(200)) { receiver in
      let values = ["OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20k"]
      try await exporting(to: receiver, values) { exporter, log in
        add(3, to: exporter)
        try await eventually("they are there") { exporter.counts.exported == 3 }
        let request = try #require(receiver.requests.first)
        #expect(request.method == "POST" && request.target == "/v1/traces")
        #expect(
          request.headers["content-type"] == "application/json"
            && request.headers["authorization"] == "Bearer k")
        #expect(receiver.requests.flatMap(names) == ["span 0", "span 1", "span 2"] && log.lines.isEmpty)
      }
    }
  }

  @Test("protobuf is what is sent where nothing else is said, and gzip makes it smaller")
  func compression() async throws {
    try await WebhookReceiver.with(.status(200)) { receiver in
      let values = [
        "OTEL_EXPORTER_OTLP_PROTOCOL": "", "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
        "OTEL_BSP_SCHEDULE_DELAY": "60000", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "100",
      ]
      try await exporting(to: receiver, values) { exporter, _ in
        add(100, to: exporter)
        try await eventually("they are there") { exporter.counts.exported == 100 }
        let request = try #require(receiver.requests.first)
        #expect(request.headers["content-type"] == "application/x-protobuf")
        #expect(request.headers["content-encoding"] == "gzip")
        // RFC 1952: its two first bytes; the last four are the size before.
        let bytes = request.bytes
        #expect(bytes.getInteger(at: bytes.readerIndex, as: UInt16.self) == 0x1F8B)
        let size = try #require(
          bytes.getInteger(at: bytes.writerIndex - 4, endianness: .little, as: UInt32.self))
        #expect(size > 6_000 && bytes.readableBytes < size)
      }
    }
  }

  @Test(
    "a collector that is busy gets the same spans again, one that says no does not",
    arguments: [429, 503, 400])
  func refusals(status: Int) async throws {
    try await WebhookReceiver.with(.status(status, headers: ["retry-after": "0"]), .status(200)) { receiver in
      try await exporting(to: receiver) { exporter, log in
        add(2, to: exporter)
        try await eventually("it is settled") { exporter.counts.exported + exporter.counts.failed == 2 }
        #expect(exporter.counts.exported == (status == 400 ? 0 : 2))
        #expect(receiver.requests.map(names).allSatisfy { $0 == ["span 0", "span 1"] } || status == 400)
        #expect(log.lines.count == 1 && log.lines[0].message.contains("\(status)"))
      }
    }
  }

  @Test("what the collector would not have of a batch is counted and said once a minute")
  func partialSuccess() async throws {
    let partial = #"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}"#
    try await WebhookReceiver.with(
      .status(200, headers: ["content-type": "application/json"], body: partial)
    ) { receiver in
      try await exporting(to: receiver, ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "3"]) { exporter, log in
        add(9, to: exporter)
        try await eventually("all are settled") {
          exporter.counts.exported == 3 && exporter.counts.failed == 6
        }
        #expect(receiver.requests.count == 3)
        #expect(log.lines.count == 1 && log.lines[0].message.hasSuffix("too old"))
      }
    }
  }

  @Test(
    "a collector that hangs, hangs up or sends without end costs its spans and nothing else",
    arguments: [
      WebhookReceiver.Answer.silence, .hangUp, .endlessBody(status: 200), .stalledBody(status: 200),
      .status(200, headers: ["content-type": "text/html"], body: String(repeating: "x", count: 5_000_000)),
    ])
  func faults(answer: WebhookReceiver.Answer) async throws {
    try await WebhookReceiver.with(answer) { receiver in
      let values = ["OTEL_EXPORTER_OTLP_TIMEOUT": "200", "OTEL_BSP_EXPORT_TIMEOUT": "300"]
      try await exporting(to: receiver, values) { exporter, log in
        add(2, to: exporter)
        try await eventually("they are given up") { exporter.counts.failed == 2 }
        #expect(log.lines.count == 1 && log.lines[0].metadata["collector"] == "127.0.0.1:\(receiver.port)")
      }
    }
  }

  @Test("nobody at the collector's address is no more than a line in the log")
  func refusedConnection() async throws {
    let port = try RedisServer.freePort()
    try await exporting(to: "http://127.0.0.1:\(port)", ["OTEL_BSP_EXPORT_TIMEOUT": "300"]) { exporter, log in
      add(2, to: exporter)
      try await eventually("they are given up") { exporter.counts.failed == 2 }
      #expect(log.lines.count == 1)
    }
  }

  @Test("while a collector names a time to rest, what has no room is counted and said all the same")
  func rest() async throws {
    try await WebhookReceiver.with(.status(429, headers: ["retry-after": "86400"])) { receiver in
      let values = [
        "OTEL_BSP_EXPORT_TIMEOUT": "300", "OTEL_BSP_MAX_QUEUE_SIZE": "2",
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "2",
      ]
      try await exporting(to: receiver, values) { exporter, _ in
        add(2, to: exporter)
        try await eventually("they are given up") { exporter.counts.failed == 2 }
        for _ in 0..<3 { add(2, to: exporter) }
        #expect(exporter.counts == SpanCounts(exported: 0, dropped: 4, failed: 2))
      }
    }
  }

  @Test(
    "what was lost within a minute of a line is said when that is over, also where nothing fails any more")
  func sayingLate() {
    let (log, now) = (RecordedLog(), ContinuousClock.now)
    let failures = ExportFailureLog(logger: log.logger, host: "127.0.0.1")
    failures.note("busy", lost: 2, now: now)
    failures.note("full", lost: 55, now: now + .seconds(1))
    failures.sayWhatIsLeft(now: now + .seconds(59))
    #expect(log.lines.map { $0.metadata["spans_lost"] } == ["2"])
    for second in [61, 62, 200] { failures.sayWhatIsLeft(now: now + .seconds(second)) }
    #expect(log.lines.map { $0.metadata["spans_lost"] } == ["2", "55"])
    #expect(log.lines.last?.message.hasSuffix("full") == true)
  }

  @Test("more than may wait is left out and counted, and what waits is bounded in bytes, too")
  func bounds() {
    func waiting(_ batching: SpanBatching) -> (kept: Int, dropped: Int) {
      let queue = SpanQueue(batching)
      let tracer = SpanTracer(sampler: TraceSampler(.always), sink: queue)
      for _ in 0..<100 {
        let span = tracer.startSpan("span")
        span.attributes["gen_ai.input.messages"] = String(repeating: "x", count: 10_000)
        span.end()
      }
      return (queue.take().count, queue.dropped)
    }
    #expect(waiting(SpanBatching(queueSize: 10)) == (10, 90))
    let bytes = waiting(SpanBatching(queueBytes: 100_000))
    #expect((8...9).contains(bytes.kept) && bytes.kept + bytes.dropped == 100)
  }

  @Test("what belongs together is kept together, or left out")
  func groups() throws {
    let queue = SpanQueue(SpanBatching(queueSize: 10))
    let context = TraceContext(traceID: .random(), spanID: .random(), isSampled: true)
    let span = SpanRecord(context: context, parent: nil, name: "span", kind: .internal, start: 1, end: 2)
    for count in [4, 4, 4, 2, 1] { queue.add(Array(repeating: span, count: count)) }
    #expect(queue.take().count == 10 && queue.dropped == 5)
  }

  @Test("told to stop, it sends what is there")
  func stop() async throws {
    try await WebhookReceiver.with(.status(200)) { receiver in
      try await exporting(
        to: receiver, ["OTEL_BSP_SCHEDULE_DELAY": "600000", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "2"]
      ) { exporter, _ in
        add(1, to: exporter)
        #expect(receiver.requests.isEmpty)
      }
      #expect(receiver.requests.map(names) == [["span 0"]])
    }
  }
}
