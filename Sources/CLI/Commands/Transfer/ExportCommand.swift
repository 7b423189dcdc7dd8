import ArgumentParser
import Shared

/// `sluice export`.
struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write all tenants and keys, to move them or as a backup.",
    discussion: """
      sluice export --output backup.ndjson

      Keys are written as their digests, which are good for nothing without the KEY_PEPPER that they were made with: keep that \
      apart. Usage and what is spent of budgets are not in it. It needs an administrator of all tenants.
      """)

  @OptionGroup var server: ServerOptions

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("A new file that only you may read. (default: the standard output)", valueName: "file")
  )
  var output: String?

  func run() async throws {
    let server = try server.server()
    if let output {
      let file = try PrivateFile(creating: output)
      let count = try await Self.write(server) { (text) throws(CommandFailure) in try file.write(text) }
      try file.synchronize()
      try Output.write("\(count) records are in \(output).\n")
    } else {
      _ = try await Self.write(server, to: Output.write)
    }
  }

  /// Returns how many records there are.
  private static func write(
    _ server: Server, to write: (String) throws(CommandFailure) -> Void
  ) async throws -> Int {
    try await AdminClient.with(server) { client in
      var (count, cursor) = (0, String?.none)
      repeat {
        let path = AdminPath("admin", "export").with("limit", "1000").with("cursor", cursor)
        let page = try await client.send(.GET, path).json
        guard let records = page["data"]?.array, let peppers = page["peppers"]?.array else {
          throw CommandFailure.noAnswer(
            "what the server answered is no export; is it a Sluice of this version?")
        }
        let head = cursor == nil ? [Archive.head(peppers: peppers, at: Timestamp.now)] : []
        try write((head + records).map(OutputOptions.line).joined())
        count += records.count
        cursor = page["next"]?.string
      } while cursor != nil
      try write(OutputOptions.line(Archive.end(count)))
      return count
    }
  }
}
