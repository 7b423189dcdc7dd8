import ArgumentParser
import Shared

/// `sluice keys rotate`.
struct KeyRotateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate",
    abstract: "Replace a key by a new one, which is shown this once. The record stays.",
    discussion: "sluice keys rotate key_… --overlap 7d")

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: NewKeyOutput
  @OptionGroup var version: VersionOption

  @Option(help: "How long the old key stays good beside the new one: 30m, 12h, 7d; at most 30d.")
  var overlap = "0s"

  @Argument(help: "The key's id.")
  var id: String

  func run() async throws {
    let (path, tag) = (AdminPath("admin", "keys", try RecordNameText.key(id), "rotate"), try version.tag())
    let longest = APIKey.longestOverlap.components.seconds
    guard let seconds = TimeText.seconds(overlap), seconds <= longest else {
      throw CommandFailure.option(
        "overlap", "\"\(overlap)\" is none; write such as 30m, 12h or 7d, at most \(longest / 86_400)d")
    }
    try output.check()
    let reply = try await AdminClient.with(try server.server()) {
      try await $0.send(.POST, path, ["overlap_seconds": .integer(seconds)], ifMatch: tag)
    }
    try output.show(reply)
  }
}
