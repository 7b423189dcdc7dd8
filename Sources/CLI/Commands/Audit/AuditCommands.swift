import ArgumentParser
import Shared

/// `sluice audit`.
struct AuditCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "The log of what administrators have changed.",
    subcommands: [List.self, Verify.self])

  private static let path = AdminPath("admin", "audit")

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List changes, the newest first; with --json what was before and after, too.")

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("How many are listed at most; 0 for all.", valueName: "count"))
    var first = 100

    func run() async throws {
      guard first >= 0 else { throw CommandFailure.option("first", "\(first) is none; 0 stands for all") }
      let entries = try await AdminClient.with(try server.server()) {
        try await $0.list(AuditCommands.path, first: first == 0 ? nil : first)
      }
      try output.show(list: entries) { entries in
        var table = Table("at", "actor", "address", "action", "target")
        for entry in entries {
          table.add(
            [CellText.time(entry["at"])]
              + ["actor", "address", "action", "target"].map { CellText.text(entry[$0]) })
        }
        return table.text
      }
    }
  }

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Verify that no change was taken out of the log or altered.",
      discussion: """
        Reads all of the log and computes its chain of digests anew. Note the newest digest elsewhere from time to time: with \
        --known it is proved that all up to it is still there, which a log that was rewritten as a whole would not hold. \
        It needs an administrator of all tenants, since others see a part of the log only.
        """)

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("A digest that was noted before.", valueName: "digest"))
    var known: String?

    func run() async throws {
      if let known, KeyDigest(hex: known) == nil {
        throw CommandFailure.option("known", "a digest is 64 hexadecimal digits, in small letters")
      }
      let known = known
      let chain = try await AdminClient.with(try server.server()) { client in
        // Read first: entries that come meanwhile are behind it.
        let last = try await client.send(.GET, AuditCommands.path.with("limit", "1")).json["last"]?.string
        var chain = AuditChain(known: known, last: last)
        try await client.pages(AuditCommands.path) { (page) throws(CommandFailure) in
          for entry in page {
            do throws(AuditChain.Break) { try chain.take(entry) } catch { throw .failed(Self.words(error)) }
          }
          return true
        }
        do throws(AuditChain.Break) { try chain.end() } catch {
          throw CommandFailure.failed(Self.words(error))
        }
        return chain
      }
      let newest = chain.newest.map(JSONValue.string) ?? .null
      try output.show(["entries": .integer(Int64(chain.count)), "newest": newest, "holds": true]) { _ in
        chain.count == 0
          ? "The log is empty.\n"
          : "The log holds: \(chain.count) entries, the newest with the digest\n\(chain.newest ?? "")\n"
      }
    }

    /// Of a part of the log the same would have to be said.
    private static func words(_ fault: AuditChain.Break) -> String {
      fault.sentence
        + " (the key of an administrator of one tenant sees a part of the log only, which never holds)"
    }
  }
}
