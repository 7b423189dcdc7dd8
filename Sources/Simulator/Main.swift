import ArgumentParser
import FoundationEssentials
import Shared

/// `sluice-simulator`: Gemini, Groq, OpenRouter, OpenAI and Anthropic for tests and demos, without their keys and
/// moods.
@main
struct Main: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sluice-simulator",
    abstract: "Plays the providers that Sluice asks, with answers, delays and errors as scripted.",
    discussion: "Rules are set by PUT /_simulator/rules; what came is told by GET /_simulator/requests.",
    version: Version.current)

  @Option(help: "The address to listen on. [SIMULATOR_HOST] (default: 127.0.0.1)")
  var host: String?

  @Option(help: "The port to listen on; 0 for any that is free. [SIMULATOR_PORT] (default: 9090)")
  var port: UInt16?

  @Option(help: "The time to an answer, where no rule says otherwise: 20ms, 1.5s. [SIMULATOR_LATENCY]")
  var latency: Milliseconds?

  @Option(help: "At most this much more, drawn evenly. [SIMULATOR_LATENCY_SPREAD]")
  var latencySpread: Milliseconds?

  @Option(help: "The part of requests that fail with 429, 500 or 503, 0 to 1. [SIMULATOR_ERROR_RATE]")
  var errorRate: Double?

  @Option(help: "Of the random numbers: the same seed gives the same faults. [SIMULATOR_SEED] (default: 1)")
  var seed: UInt64?

  @Flag(name: .customLong("no-record"), help: "Keep no requests; for long runs.")
  var keepsNoRecord = false

  func run() async throws {
    let weather = Script.Weather(
      latencyMilliseconds: try setting(latency, "SIMULATOR_LATENCY")?.count ?? 0,
      latencySpreadMilliseconds: try setting(latencySpread, "SIMULATOR_LATENCY_SPREAD")?.count ?? 0,
      errorRate: try setting(errorRate, "SIMULATOR_ERROR_RATE") ?? 0)
    guard (0...1).contains(weather.errorRate) else { throw ValidationError("--error-rate is from 0 to 1") }
    let seed = try setting(seed, "SIMULATOR_SEED") ?? 1
    let host = try setting(host, "SIMULATOR_HOST") ?? "127.0.0.1"
    let server = SimulatorServer(
      host: host, port: Int(try setting(port, "SIMULATOR_PORT") ?? 9090),
      script: Script(weather: weather, seed: seed), log: RequestLog(capacity: keepsNoRecord ? 0 : 10_000)
    ) { port in StandardStream.writeOutput("sluice-simulator listening on \(host):\(port)\n") }
    try await server.run()
  }

  /// What the command line says, else the environment.
  private func setting<Value: ExpressibleByArgument>(
    _ option: Value?, _ name: String
  ) throws -> Value? {
    if let option { return option }
    guard let text = ProcessInfo.processInfo.environment[name], !text.isEmpty else { return nil }
    guard let value = Value(argument: text) else {
      throw ValidationError("\(name) holds \"\(text)\", which is not allowed there")
    }
    return value
  }
}
