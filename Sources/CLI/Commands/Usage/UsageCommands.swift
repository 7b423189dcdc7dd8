import ArgumentParser
import Shared

/// `sluice usage`.
struct UsageCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "usage", abstract: "What was asked and what it cost.",
    subcommands: [Show.self, Export.self, UsageRecordsCommand.self])

  static let path = AdminPath("admin", "usage")

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show sums of usage.", discussion: "sluice usage show --by tenant,model --from 2027-01-01")

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var query: UsageQuery

    @Option(
      help: "A row for each of these: \(UsageQuery.groups.joined(separator: ", ")), tag:NAME; with commas.")
    var by = "tenant"

    func run() async throws {
      let path = try query.path(UsageCommands.path).with("group_by", try UsageQuery.groups(by))
      let usage = try await AdminClient.with(try server.server()) { try await Self.all(path, $0) }
      try output.show(usage) { usage in
        let rows = usage["data"]?.array ?? []
        guard !rows.isEmpty else { return "Nothing was asked in that time.\n" }
        let note = usage["since"]?.string.map { "What was read reaches back to \($0).\n" } ?? ""
        return MemberTable.text(rows) + note
      }
    }

    /// All pages as one.
    private static func all(_ path: AdminPath, _ client: AdminClient) async throws(CommandFailure)
      -> JSONValue
    {
      var first: JSONObject?
      var rows: [JSONValue] = []
      var cursor: String?
      repeat {
        let page = try await client.send(.GET, path.with("limit", "1000").with("cursor", cursor)).json
        guard let members = page.object, let data = page["data"]?.array else {
          throw .noAnswer("what the server answered is no usage; is it a Sluice?")
        }
        first = first ?? members
        rows += data
        let next = page["next"]?.string
        cursor = next == cursor ? nil : next
      } while cursor != nil
      var all = first ?? [:]
      all["data"] = .array(rows)
      all["next"] = .null
      return .object(all)
    }
  }

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write sums of usage as CSV, NDJSON or JSON, as the server gives them.",
      discussion: "sluice usage export --by day,tenant,model > usage.csv")

    @OptionGroup var server: ServerOptions
    @OptionGroup var query: UsageQuery

    @Option(help: "csv, ndjson or json.")
    var format = ExportFormat.csv

    @Option(
      help: "A row for each of these: \(UsageQuery.groups.joined(separator: ", ")), tag:NAME; with commas.")
    var by = "day,tenant,key,route,provider,model"

    func run() async throws {
      let path = try query.path(UsageCommands.path).with("group_by", try UsageQuery.groups(by))
        .with("format", format.rawValue)
      try await AdminClient.with(try server.server()) { client in
        try await client.stream(path, Output.write)
      }
    }
  }
}
