import HTTPTypes
import Shared

/// Headers of clients that stand in usage records, among a job's metadata, and in the request log, because the configuration
/// names them: which agent it was, and of which session.
struct RecordedHeaders: Sendable {
  static let none = RecordedHeaders([])
  /// As long as a client's own metadata may be, in characters.
  private static let longest = 512

  private let names: [HTTPField.Name]

  /// Names in lower case; those that are no tokens are passed over.
  init(_ names: [String]) { self.names = names.compactMap { HTTPField.Name($0) } }

  /// What was sent of them, by their names in lower case. Nothing is done where none are named.
  func values(in headers: HTTPFields) -> [(name: String, value: String)] {
    if names.isEmpty { return [] }
    return names.compactMap { name in
      guard let value = headers.value(of: name), !value.isEmpty else { return nil }
      return (name.canonicalName, String(value.prefix(Self.longest)))
    }
  }
}
