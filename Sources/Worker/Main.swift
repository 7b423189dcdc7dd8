import ArgumentParser
import Logging
import Shared

/// `sluice-worker`: takes jobs from the queue, asks providers, records the answers.
@main
struct Main: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sluice-worker",
    abstract: "The worker of Sluice: takes jobs from Redis, asks providers in turn, records the answers.",
    discussion: Variables.help, version: Version.current)

  func run() async throws {
    OpenFiles.raiseLimit()
    do {
      let environment = ProcessEnvironment.current
      try LineLogHandler.bootstrap(environment)
      let settings = try WorkerSettings(environment)
      try await WorkerProcess(settings: settings, logger: Logger(label: "sluice-worker")) { port in
        StandardStream.writeOutput("sluice-worker listening on \(settings.host):\(port)\n")
      }.run()
    } catch let error as ConfigurationError {
      StandardStream.writeError("sluice-worker: \(error)\n")
      throw ExitCode.failure
    }
  }
}
