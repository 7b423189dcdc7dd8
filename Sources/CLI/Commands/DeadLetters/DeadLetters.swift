import ArgumentParser
import NIOHTTP1
import Shared

/// The dead letters that a command is about.
struct DeadLetters: ParsableArguments {
  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "Ids of their jobs.")
  var ids: [String]

  /// Asks for each in turn, and stops at the first that is refused.
  func send(_ method: HTTPMethod, _ verb: String?, _ done: String) async throws {
    var names: [String] = []
    for id in ids { names.append(try RecordNameText.job(id)) }
    let wanted = names
    try await AdminClient.with(try server.server()) { client in
      for id in wanted {
        let path =
          verb.map { AdminPath("admin", "dead-letters", id, $0) } ?? AdminPath("admin", "dead-letters", id)
        let reply = try await client.send(method, path)
        try output.show(reply.json) { _ in "\(id) is \(done).\n" }
      }
    }
  }
}
