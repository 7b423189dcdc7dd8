import ArgumentParser
import Logging
import Shared

/// `sluice-api`: takes requests, puts them into the queue, hands back the answers.
@main
struct Main: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sluice-api",
    abstract: "The HTTP front of Sluice: takes requests, queues them in Redis, hands back the answers.",
    discussion: Variables.help, version: Version.current)

  func run() async throws {
    OpenFiles.raiseLimit()
    do {
      let environment = ProcessEnvironment.current
      let log = try LineLogHandler.bootstrap(environment)
      // What was logged last is written before the process ends.
      defer { log.pipe.drain() }
      let settings = try APISettings(environment)
      var server = APIServer(
        settings: settings, access: try AccessLog(environment, log, label: "sluice-api"),
        logger: Logger(label: "sluice-api")
      ) { port in
        StandardStream.writeOutput("sluice-api listening on \(settings.host):\(port)\n")
      }
      server.onMetricsReady = { port in
        StandardStream.writeOutput("sluice-api metrics at \(settings.host):\(port)\n")
      }
      try await server.run()
    } catch let error as ConfigurationError {
      StandardStream.writeError("sluice-api: \(error)\n")
      throw ExitCode.failure
    }
  }
}
