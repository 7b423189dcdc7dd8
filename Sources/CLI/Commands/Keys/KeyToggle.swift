import ArgumentParser
import Shared

/// Enables or disables a key. That is meant whatever else of the record has changed, so no version of it is asked for.
struct KeyToggle: ParsableArguments {
  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "The key's id.")
  var id: String

  func run(enabling: Bool) async throws {
    let path = try KeyCommands.path(id)
    let reply = try await AdminClient.with(try server.server()) {
      try await $0.send(.PATCH, path, ["enabled": .bool(enabling)])
    }
    try output.show(reply.json) { _ in "Key \(id) is \(enabling ? "enabled" : "disabled").\n" }
  }
}
