import ArgumentParser
import Shared

/// `sluice usage records`.
struct UsageRecordsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "records",
    abstract: "Write the usage records one by one, one for each job, the oldest first.",
    discussion: """
      sluice usage records --state cursor.txt >> usage.ndjson

      With --state it goes on behind the last record that was written, and what was written is noted page by page: run it \
      every hour. After a crash the last page may come twice; a record's `id` tells. CSV has a line of titles only where \
      it begins.
      """)

  @OptionGroup var server: ServerOptions
  @OptionGroup var query: UsageQuery

  @Option(help: "csv, ndjson or json.")
  var format = ExportFormat.ndjson

  @Option(help: ArgumentHelp("The id of the record behind which to begin.", valueName: "id"))
  var cursor: String?

  @Option(help: ArgumentHelp("A file that keeps the cursor between runs.", valueName: "file"))
  var state: String?

  private static let pageSize = 1000

  func run() async throws {
    guard cursor == nil || state == nil else {
      throw CommandFailure.usage("--cursor and --state exclude each other")
    }
    var progress =
      try state.map { (path) throws(CommandFailure) in try ExportState(file: path) } ?? ExportState()
    progress.cursor = progress.cursor ?? cursor
    let path = try query.path(AdminPath("admin", "usage", "records"))
    let (start, server) = (progress, try server.server())
    try await AdminClient.with(server) { try await export(path, from: start, $0) }
  }

  private func export(
    _ path: AdminPath, from start: ExportState, _ client: AdminClient
  ) async throws(CommandFailure) {
    var progress = start
    var writer = RecordsWriter(format, columns: start.columns, write: Output.write)
    while true {
      let page = try await client.send(
        .GET, path.with("limit", String(Self.pageSize)).with("cursor", progress.cursor)
      ).json
      guard let records = page["data"]?.array else {
        throw .noAnswer("what the server answered is no list; is it a Sluice?")
      }
      try writer.add(records)
      // There is always a next, so that another run goes on with it.
      guard let next = page["next"]?.string, next != progress.cursor else { break }
      progress = ExportState(cursor: next, columns: writer.columns)
      if let state { try progress.write(to: state) }
    }
    try writer.end()
  }
}
