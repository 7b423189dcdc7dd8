import ArgumentParser
import Shared

/// `sluice`: tenants, keys, usage and what else an administrator does, over the admin API.
@main
struct Main: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sluice",
    abstract: "Administrates Sluice: tenants, keys, budgets, usage, the log of changes.",
    discussion: """
      The server is --url or SLUICE_URL (http://127.0.0.1:8000). The administrator's key is the content of --key-file, \
      or SLUICE_ADMIN_KEY, or ADMIN_API_KEY; each of the two may be named by a file in SLUICE_ADMIN_KEY_FILE or \
      ADMIN_API_KEY_FILE. No option takes the key itself, since every user of a computer sees the arguments of its programs.

      Exit codes: 0 it is done, 1 the server refused it, or what was to be verified is not so, 3 the server gave no \
      answer, 64 the command was not understood.
      """,
    version: Version.current,
    subcommands: [
      TenantCommands.self, KeyCommands.self, UserCommands.self, LimitsCommand.self, UsageCommands.self,
      AuditCommands.self, DeadLetterCommands.self, TopCommand.self, ExportCommand.self, ImportCommands.self,
    ])

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let failure as CommandFailure {
      StandardStream.writeError("sluice: \(TerminalText.plain(failure.description))\n")
      exit(withError: ExitCode(failure.exitCode.rawValue))
    } catch {
      end(with: error)
    }
  }

  /// What the parser says: help on the standard output, faults on the other, without a key that stood in the wrong place.
  private static func end(with error: any Error) -> Never {
    let code = exitCode(for: error)
    let message = fullMessage(for: error)
    if !message.isEmpty {
      if code.isSuccess {
        StandardStream.writeOutput(message + "\n")
      } else {
        StandardStream.writeError(KeyBlots.blotted(message) + "\n")
      }
    }
    exit(withError: code)
  }
}
