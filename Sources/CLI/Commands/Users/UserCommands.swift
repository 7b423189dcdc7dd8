import ArgumentParser
import Shared

/// `sluice users`.
struct UserCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "users", abstract: "Users whom the requests of a tenant name.",
    subcommands: [List.self, Export.self, Delete.self])

  /// Whom the client named, in which tenant.
  struct Named: ParsableArguments {
    @Option(help: "The tenant whose user it is.")
    var tenant: String

    @Argument(help: "The user, as requests name it.")
    var user: String

    func path(_ more: String? = nil) throws(CommandFailure) -> AdminPath {
      let tenant = try RecordNameText.tenant(tenant)
      guard (1...256).contains(user.unicodeScalars.count) else {
        throw .usage("a user's name has 1 to 256 characters")
      }
      let path = more.map { AdminPath("admin", "users", user, $0) } ?? AdminPath("admin", "users", user)
      return path.with("tenant", tenant)
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List users that were named, with what they have used.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var pages: ListOptions

    @Option(help: "The tenant whose users they are.")
    var tenant: String

    func run() async throws {
      let path = AdminPath("admin", "users").with("tenant", try RecordNameText.tenant(tenant))
      let first = try pages.count()
      let users = try await AdminClient.with(try server.server()) { try await $0.list(path, first: first) }
      try output.show(list: users, MemberTable.text)
    }
  }

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write all that is kept of a user, as the server gives it.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var named: Named

    func run() async throws {
      let path = try named.path("export")
      try await AdminClient.with(try server.server()) { client in
        try await client.stream(path, Output.write)
      }
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Delete a user's jobs, answers and events; of usage only numbers stay.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var named: Named

    func run() async throws {
      let path = try named.path()
      let reply = try await AdminClient.with(try server.server()) { try await $0.send(.DELETE, path) }
      try output.show(reply.json) { _ in "What was kept of \(TerminalText.cell(named.user)) is gone.\n" }
    }
  }
}
