import Foundation
import TestSupport
import Testing

@Suite("Processes that are told to stop")
struct StoppingTests {
  private static let metrics = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
  private static let document = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
  private static let half = "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"
  /// Answers to so many do not fit into what sockets hold.
  private static let many = 3000

  /// `first` is answered, and of all that is sent then nothing is read.
  private func stop(
    _ program: String, _ environment: [String: String], listeningBehind words: String, first: String,
    then rest: String
  ) async throws {
    try await SluiceCluster.with(environment: ["DRAIN_TIMEOUT": "1", "DRAIN_DELAY": "0"]) { cluster in
      let process = try await cluster.start(program, environment)
      let port = try await process.port(behind: words)
      try await RawConnection.with(port: port) { connection in
        try await connection.send(first)
        #expect(await connection.answer().hasPrefix("HTTP/1.1 "))
        try await connection.send(rest)
        process.signal(SIGTERM)
        try await eventually("it ends while the client holds its connection: \(process.log)") {
          !process.isRunning
        }
      }
      #expect(process.exitStatus == 0, "\(process.log)")
    }
  }

  @Test(
    "a client that has sent half a body, or reads no answer, does not hold a worker",
    arguments: [false, true])
  func worker(readsNothing: Bool) async throws {
    let (first, rest) =
      readsNothing ? (Self.metrics, String(repeating: Self.metrics, count: Self.many)) : (Self.half, "")
    try await stop(
      "sluice-worker", ["WORKER_PORT": "0"], listeningBehind: "listening on", first: first, then: rest)
  }

  @Test("a client that reads no answer does not hold an API, on neither of its ports")
  func api() async throws {
    try await stop(
      "sluice-api", ["METRICS_PORT": "0"], listeningBehind: "metrics at", first: Self.metrics,
      then: String(repeating: Self.metrics, count: Self.many))
    try await stop(
      "sluice-api", [:], listeningBehind: "sluice-api listening on", first: Self.document,
      then: String(repeating: Self.document, count: Self.many))
  }
}
