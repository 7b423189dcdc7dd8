import ArgumentParser
import Shared

/// What commands have in common that change one version of a record.
struct RecordChangeOptions: ParsableArguments {
  @OptionGroup var record: RecordOptions
  @OptionGroup var version: VersionOption

  static let explanation = """
    What is a list is replaced as a whole. Whoever changes the record at the same time is not overwritten: the command fails, \
    and says so.
    """

  /// Sends a merge patch that holds only for the version that is there now, or that the user named: whoever changed the record
  /// in between is not overwritten unseen.
  ///
  /// - Parameter clear: members that come back to their defaults, of those that can.
  func update(
    _ path: AdminPath, _ members: MemberList, clear: [String], of clearable: [String]
  ) async throws {
    var list = members
    try list.clear(clear, of: clearable)
    let (changes, wanted) = (list.members, try version.tag())
    guard !changes.isEmpty else {
      throw CommandFailure.usage("nothing is to be changed; `--help` tells what can be")
    }
    let reply = try await AdminClient.with(try record.server.server()) { client in
      var tag = wanted
      if tag == nil { tag = try await client.send(.GET, path).eTag }
      return try await client.send(.PATCH, path, .object(changes), ifMatch: tag)
    }
    try record.output.show(reply.json) { RecordSheet.text($0, eTag: reply.eTag) }
  }

  /// - Parameter sentence: what people are told of what the server answered, which may be null.
  func delete(_ path: AdminPath, _ sentence: (JSONValue) -> String) async throws {
    let tag = try version.tag()
    let reply = try await AdminClient.with(try record.server.server()) {
      try await $0.send(.DELETE, path, ifMatch: tag)
    }
    if reply.json.isNull { return try record.output.say(sentence(.null)) }
    try record.output.show(reply.json) { TerminalText.plain(sentence($0)) + "\n" }
  }
}
