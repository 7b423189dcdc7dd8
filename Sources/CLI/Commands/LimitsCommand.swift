import ArgumentParser
import Shared

/// `sluice limits`.
struct LimitsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "limits", abstract: "Show how the limits and budgets of a tenant stand.",
    discussion: """
      Without a tenant: those of the very key that asks, of its tenant and, with --user, of that user; for keys that are \
      a tenant's.
      """)

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "A user whose limits are shown, too; only without a tenant.")
  var user: String?

  @Argument(help: "The tenant's id.")
  var tenant: String?

  func run() async throws {
    let standing: JSONValue
    if let tenant {
      guard user == nil else { throw CommandFailure.option("user", "it goes without a tenant only") }
      let path = try TenantCommands.path(tenant)
      let reply = try await AdminClient.with(try server.server()) { try await $0.send(.GET, path) }
      standing = reply.json["left"] ?? [:]
    } else {
      let user = user
      let path = AdminPath("usage", "limits")
      standing = try await AdminClient.with(try server.server()) {
        try await $0.send(.GET, path, headers: user.map { [("x-sluice-user", $0)] } ?? []).json
      }
    }
    try output.show(standing, StandingTable.text)
  }
}
