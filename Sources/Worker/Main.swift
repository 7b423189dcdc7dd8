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
      let log = try LineLogHandler.bootstrap(environment)
      // What was logged last is written before the process ends.
      defer { log.pipe.drain() }
      let settings = try WorkerSettings(environment)
      let access = try AccessLog(environment, log, label: "sluice-worker")
      let logger = Logger(label: "sluice-worker")
      if let contents = access.contents {
        logger.warning(
          "LOG_CONTENT is on: whoever reads this log reads prompts and answers",
          metadata: ["bytes": "\(contents.bytes)", "rate": "\(contents.rate)"])
      }
      try await WorkerProcess(settings: settings, access: access, logger: logger) { port in
        StandardStream.writeOutput("sluice-worker listening on \(settings.host):\(port)\n")
      }.run()
    } catch let error as ConfigurationError {
      StandardStream.writeError("sluice-worker: \(error)\n")
      throw ExitCode.failure
    }
  }
}
