import ArgumentParser
import Shared

/// `sluice tenants`.
struct TenantCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tenants", abstract: "Teams and products that ask: their limits, budgets and models.",
    subcommands: [
      List.self, Show.self, Create.self, Update.self, Delete.self,
    ])

  static func path(_ id: String) throws(CommandFailure) -> AdminPath {
    AdminPath("admin", "tenants", try RecordNameText.tenant(id))
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List tenants.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var pages: ListOptions

    func run() async throws {
      let first = try pages.count()
      let tenants = try await AdminClient.with(try server.server()) { client in
        try await client.list(AdminPath("admin", "tenants"), first: first)
      }
      try output.show(list: tenants, TenantTable.text)
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show a tenant, with how its limits and budgets stand.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The tenant's id.")
    var id: String

    func run() async throws {
      let path = try TenantCommands.path(id)
      let reply = try await AdminClient.with(try server.server()) { try await $0.send(.GET, path) }
      try output.show(reply.json) { tenant in
        RecordSheet.text(tenant, eTag: reply.eTag)
          + (tenant["left"].map { "\n" + StandingTable.text($0) } ?? "")
      }
    }
  }

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a tenant.",
      discussion: "sluice tenants create search --limit \"100 requests/minute\" --budget 500/month")

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var tenant: TenantOptions

    @Flag(help: "It may not ask until it is enabled.")
    var disabled = false

    @Argument(help: "Its id, which is yours to choose.")
    var id: String

    func run() async throws {
      var list = try tenant.members()
      list.set("id", try RecordNameText.tenant(id))
      if disabled { list.set("enabled", false) }
      let body = JSONValue.object(list.members)
      let reply = try await AdminClient.with(try server.server()) {
        try await $0.send(.POST, AdminPath("admin", "tenants"), body)
      }
      try output.show(reply.json) { RecordSheet.text($0, eTag: reply.eTag) }
    }
  }

  struct Update: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Change a tenant.",
      discussion: """
        What is a list is replaced as a whole. Whoever changes the tenant at the same time is not overwritten: the command \
        fails, and says so.
        """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var tenant: TenantOptions
    @OptionGroup var version: VersionOption

    @Flag(inversion: .prefixedEnableDisable, help: "Whether it may ask.")
    var asking: Bool?

    @Option(help: ArgumentHelp("Takes a member back to its default; again for more.", valueName: "member"))
    var clear: [String] = []

    @Argument(help: "The tenant's id.")
    var id: String

    func run() async throws {
      let path = try TenantCommands.path(id)
      var list = try tenant.members()
      list.set("enabled", asking)
      try list.clear(clear, of: TenantOptions.clearable)
      let (changes, tag) = (list.members, try version.tag())
      let reply = try await AdminClient.with(try server.server()) {
        try await RecordUpdate.send(changes, to: path, version: tag, $0)
      }
      try output.show(reply.json) { RecordSheet.text($0, eTag: reply.eTag) }
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Delete a tenant, and its keys with it.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var version: VersionOption

    @Flag(help: "Also where it has jobs that have not ended: they are cancelled.")
    var force = false

    @Argument(help: "The tenant's id.")
    var id: String

    func run() async throws {
      let path = try TenantCommands.path(id).with("force", force ? "true" : nil)
      let tag = try version.tag()
      try await AdminClient.with(try server.server()) {
        _ = try await $0.send(.DELETE, path, ifMatch: tag)
      }
      try output.say("Tenant \(id) and its keys are gone.")
    }
  }
}
