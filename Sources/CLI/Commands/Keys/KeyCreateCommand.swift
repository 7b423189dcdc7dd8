import ArgumentParser
import Shared

/// `sluice keys create`.
struct KeyCreateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make a key. It is shown this once.",
    discussion: "sluice keys create --tenant search --budget 50/month")

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: NewKeyOutput
  @OptionGroup var key: KeyOptions

  @Option(
    help:
      "The id of its tenant, or * for an administrator of all. (default: the administrator's own, if he has one)"
  )
  var tenant: String?

  @Flag(help: "It may not ask until it is enabled.")
  var disabled = false

  func run() async throws {
    var list = try key.members()
    if let tenant { list.set("tenant", try RecordNameText.reach(tenant)) }
    if disabled { list.set("enabled", false) }
    let body = JSONValue.object(list.members)
    try output.check()
    let reply = try await AdminClient.with(try server.server()) {
      try await $0.send(.POST, AdminPath("admin", "keys"), body)
    }
    try output.show(reply)
  }
}
