import ArgumentParser
import Shared

/// `sluice-simulator`: Gemini, Groq, OpenRouter and OpenAI for tests and demos, without their keys and moods.
@main
struct Main: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sluice-simulator",
    abstract: "Plays the providers that Sluice asks, with answers, delays and errors as scripted.",
    discussion: "Rules are set by PUT /_simulator/rules; what came is told by GET /_simulator/requests.",
    version: Version.current)

  @Option(help: "The address to listen on.")
  var host = "127.0.0.1"

  @Option(help: "The port to listen on; 0 for any that is free.")
  var port = 9090

  @Option(help: "Milliseconds to an answer, where no rule says otherwise.")
  var latencyMs = 0

  @Option(help: "At most this many milliseconds more, drawn evenly.")
  var latencySpreadMs = 0

  @Option(help: "The part of requests that fail with 429, 500 or 503, from 0 to 1.")
  var errorRate = 0.0

  @Option(help: "Of the random numbers; the same seed gives the same errors and delays.")
  var seed: UInt64 = 1

  @Flag(name: .customLong("no-record"), help: "Keep no requests; for long runs.")
  var keepsNoRecord = false

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port must be from 0 to 65535") }
    guard latencyMs >= 0, latencySpreadMs >= 0 else {
      throw ValidationError("latencies must not be negative")
    }
    guard (0...1).contains(errorRate) else { throw ValidationError("--error-rate must be from 0 to 1") }
  }

  func run() async throws {
    let weather = Script.Weather(
      latencyMilliseconds: latencyMs, latencySpreadMilliseconds: latencySpreadMs, errorRate: errorRate)
    let host = host
    let server = SimulatorServer(
      host: host, port: port, script: Script(weather: weather, seed: seed),
      log: RequestLog(capacity: keepsNoRecord ? 0 : 10_000)
    ) { port in StandardStream.writeOutput("sluice-simulator listening on \(host):\(port)\n") }
    try await server.run()
  }
}
