import Shared
import Synchronization

/// The names of keys for log lines, asked once a while: a job knows its key by its id.
final class KeyNames: Sendable {
  private struct Entry {
    /// Nil for a key without a name.
    let name: String?
    let since = ContinuousClock.now
  }

  /// How long a name is taken for the present one.
  private static let freshness = Duration.seconds(60)
  private static let most = 10_000

  private let records: AccessStore
  private let entries = Mutex<[String: Entry]>([:])

  init(_ records: AccessStore) { self.records = records }

  /// The key's name; nil where it has none, and while Redis does not say.
  func name(of id: String) async -> String? {
    let known = entries.withLock { $0[id] }
    if let known, known.since.duration(to: .now) < Self.freshness { return known.name }
    guard let record = try? await records.records(tenant: "", key: id).key else { return known?.name }
    let name = record.json.flatMap { try? JSONParser.parse($0) }.flatMap { try? APIKey(stored: $0) }?.name
    entries.withLock { entries in
      if entries.count >= Self.most { entries.removeAll() }
      entries[id] = Entry(name: name)
    }
    return name
  }
}
