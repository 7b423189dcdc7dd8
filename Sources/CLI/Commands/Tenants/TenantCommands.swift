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

    @OptionGroup var record: RecordOptions

    @Argument(help: "The tenant's id.")
    var id: String

    func run() async throws {
      try await record.show(try TenantCommands.path(id)) { tenant in
        tenant["left"].map { "\n" + StandingTable.text($0) } ?? ""
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
      abstract: "Change a tenant.", discussion: RecordChangeOptions.explanation)

    @OptionGroup var change: RecordChangeOptions
    @OptionGroup var tenant: TenantOptions

    @Flag(inversion: .prefixedEnableDisable, help: "Whether it may ask.")
    var asking: Bool?

    @Option(help: ArgumentHelp("Takes a member back to its default; again for more.", valueName: "member"))
    var clear: [String] = []

    @Argument(help: "The tenant's id.")
    var id: String

    func run() async throws {
      var list = try tenant.members()
      list.set("enabled", asking)
      try await change.update(
        try TenantCommands.path(id), list, clear: clear, of: TenantOptions.clearable)
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Delete a tenant, and its keys with it.")

    @OptionGroup var change: RecordChangeOptions

    @Flag(help: "Also where it has jobs that have not ended: they are cancelled first.")
    var force = false

    @Argument(help: "The tenant's id.")
    var id: String

    func run() async throws {
      let path = try TenantCommands.path(id).with("force", force ? "true" : nil)
      try await change.delete(path) { reply in
        let jobs = reply["cancelled_jobs"]?.integer ?? 0
        let told = jobs == 0 ? "" : "; \(jobs) \(jobs == 1 ? "job was" : "jobs were") cancelled"
        return "Tenant \(id) and its keys are gone\(told)."
      }
    }
  }
}
