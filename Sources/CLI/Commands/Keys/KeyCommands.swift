import ArgumentParser
import Shared

/// `sluice keys`.
struct KeyCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Keys of tenants and of administrators.",
    subcommands: [
      List.self, Show.self, KeyCreateCommand.self, Update.self, KeyRotateCommand.self, Enable.self,
      Disable.self,
      Delete.self,
    ])

  static func path(_ id: String) throws(CommandFailure) -> AdminPath {
    AdminPath("admin", "keys", try RecordNameText.key(id))
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List keys, the oldest first.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var pages: ListOptions

    @Option(help: "Only those of this tenant; * for those that reach all.")
    var tenant: String?

    func run() async throws {
      var path = AdminPath("admin", "keys")
      if let tenant { path = path.with("tenant", try RecordNameText.reach(tenant)) }
      let (wanted, first) = (path, try pages.count())
      let keys = try await AdminClient.with(try server.server()) { try await $0.list(wanted, first: first) }
      try output.show(list: keys) { KeyTable.text($0) }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show a key's record. The key itself is kept nowhere.")

    @OptionGroup var record: RecordOptions

    @Argument(help: "The key's id.")
    var id: String

    func run() async throws { try await record.show(try KeyCommands.path(id)) }
  }

  struct Update: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Change a key's record.", discussion: RecordChangeOptions.explanation)

    @OptionGroup var change: RecordChangeOptions
    @OptionGroup var key: KeyOptions

    @Option(help: ArgumentHelp("Takes a member back to its default; again for more.", valueName: "member"))
    var clear: [String] = []

    @Argument(help: "The key's id.")
    var id: String

    func run() async throws {
      try await change.update(
        try KeyCommands.path(id), try key.members(), clear: clear, of: KeyOptions.clearable)
    }
  }

  struct Enable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let a disabled key ask again.")

    @OptionGroup var toggle: KeyToggle

    func run() async throws { try await toggle.run(enabling: true) }
  }

  struct Disable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Refuse a key from the next request on, until it is enabled again.")

    @OptionGroup var toggle: KeyToggle

    func run() async throws { try await toggle.run(enabling: false) }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Revoke a key for good.")

    @OptionGroup var change: RecordChangeOptions

    @Argument(help: "The key's id.")
    var id: String

    func run() async throws {
      try await change.delete(try KeyCommands.path(id)) { _ in "Key \(id) is revoked." }
    }
  }
}
