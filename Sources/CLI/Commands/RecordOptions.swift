import ArgumentParser
import Shared

/// What commands about one record have in common, whatever it is of.
struct RecordOptions: ParsableArguments {
  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  /// - Parameter more: what people are told below the record.
  func show(_ path: AdminPath, _ more: (JSONValue) -> String = { _ in "" }) async throws {
    let reply = try await AdminClient.with(try server.server()) { try await $0.send(.GET, path) }
    try output.show(reply.json) { RecordSheet.text($0, eTag: reply.eTag) + more($0) }
  }
}
