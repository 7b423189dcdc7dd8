import ArgumentParser
import Shared

/// `sluice dead-letters`.
struct DeadLetterCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dead-letters", abstract: "Jobs and deliveries that failed for good.",
    subcommands: [List.self, Requeue.self, Discard.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List them, the newest first.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var pages: ListOptions

    func run() async throws {
      let first = try pages.count()
      let letters = try await AdminClient.with(try server.server()) { client in
        try await client.list(AdminPath("admin", "dead-letters"), first: first, pageSize: 100)
      }
      try output.show(list: letters) { letters in
        var table = Table("job", "tenant", "kind", "ended", "code", "message")
        for letter in letters {
          let error = letter["job"]?["error"]
          table.add([
            CellText.text(letter["job"]?["id"]), CellText.text(letter["tenant"]),
            CellText.text(letter["kind"]),
            CellText.time(letter["job"]?["finished_at"]), CellText.text(error?["code"]),
            CellText.text(error?["message"]),
          ])
        }
        return table.text
      }
    }
  }

  struct Requeue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Give them new lives.")

    @OptionGroup var letters: DeadLetters

    func run() async throws { try await letters.send(.POST, "requeue", "queued again") }
  }

  struct Discard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take them off the list.")

    @OptionGroup var letters: DeadLetters

    func run() async throws { try await letters.send(.DELETE, nil, "off the list") }
  }
}
