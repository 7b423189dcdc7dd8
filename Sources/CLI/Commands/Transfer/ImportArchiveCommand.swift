import ArgumentParser
import Shared

/// `sluice import FILE`.
struct ImportArchiveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "archive", abstract: "Bring back what `sluice export` has written.",
    discussion: """
      sluice import backup.ndjson

      The keys go on working as they are, if the KEY_PEPPER is the one that they were exported with (or stands second in it); \
      else nothing is written. It may be run again after a failure.
      """)

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  @Flag(help: "Replace records that are there; without it they stay as they are.")
  var replace = false

  @Flag(help: "Only tell what would be done.")
  var dryRun = false

  @Argument(help: "The file; - for the input.")
  var file: String

  /// How many records go in one request.
  private static let batch = 200

  func run() async throws {
    let archive = try Archive(parsing: try InputFile.text(of: file))
    let (replace, dryRun) = (replace, dryRun)
    let outcomes = try await AdminClient.with(try server.server()) { client in
      var outcomes: [JSONValue] = []
      for entries in archive.entries.chunks(of: Self.batch) {
        let body: JSONValue = [
          "peppers": .array(archive.peppers.map(JSONValue.string)), "replace": .bool(replace),
          "dry_run": .bool(dryRun), "data": .array(Array(entries)),
        ]
        let reply = try await client.send(.POST, AdminPath("admin", "import"), body)
        outcomes += reply.json["data"]?.array ?? []
      }
      return outcomes
    }
    try output.show(list: outcomes) { Self.text($0, dryRun: dryRun) }
  }

  /// What of the records is good no more, or not there.
  private static func remarks(_ outcomes: [JSONValue]) -> String {
    let lines = outcomes.flatMap { outcome in
      (outcome["remarks"]?.array ?? []).map {
        "\(CellText.text(outcome["kind"])) \(CellText.text(outcome["id"])): \(CellText.text($0))\n"
      }
    }
    return lines.isEmpty ? "" : "\n" + lines.joined()
  }

  private static func text(_ outcomes: [JSONValue], dryRun: Bool) -> String {
    var table = Table([
      .init(title: "kind"), .init(title: dryRun ? "would be" : "outcome"),
      .init(title: "records", isNumber: true),
    ])
    for kind in ["tenant", "key"] {
      for outcome in ["created", "replaced", "kept"] {
        let count = outcomes.count { $0["kind"]?.string == kind && $0["outcome"]?.string == outcome }
        if count > 0 { table.add([kind, outcome, String(count)]) }
      }
    }
    return table.text + remarks(outcomes)
  }
}
