import Shared

/// `GET /admin/audit`: what administrators have changed.
struct AuditRoute: Sendable {
  let store: AccessStore

  /// How many entries of others are passed over for one page of a tenant's administrator.
  private static let mostPages = 10

  var route: Route { Route(description, handler: list) }

  private func list(_ call: Call) async throws(Problem) -> Reply {
    let size = try call.recordPageSize()
    var cursor = try call.recordCursor(Self.isPlace)
    let reach = try call.reach()
    let last = cursor == nil && reach == .all ? try await noted() : [:]
    var shown: [JSONValue] = []
    // Of one tenant's, a page may be short before the end.
    for _ in 0..<(reach == .all ? 1 : Self.mostPages) where shown.count < size {
      let page: (entries: [StoredAuditEntry], hasMore: Bool)
      do { page = try await store.audit(after: cursor, count: size) } catch { throw Problem(error) }
      for (index, entry) in page.entries.enumerated() {
        cursor = entry.place
        if let json = Self.shown(entry, to: reach) { shown.append(json) }
        guard shown.count == size else { continue }
        let hasMore = page.hasMore || index < page.entries.count - 1
        return RecordPage.reply(shown, next: hasMore ? cursor : nil, last)
      }
      if !page.hasMore { return RecordPage.reply(shown, next: nil, last) }
    }
    return RecordPage.reply(shown, next: cursor, last)
  }

  /// Read before the entries, of which it then is one.
  private func noted() async throws(Problem) -> JSONObject {
    do { return ["last": try await store.lastAuditDigest().map(JSONValue.string) ?? .null] } catch {
      throw Problem(error)
    }
  }

  /// An entry with its digest; nil for one of a tenant that the caller does not reach.
  private static func shown(_ stored: StoredAuditEntry, to reach: TenantReach) -> JSONValue? {
    guard var entry = (try? JSONParser.parse(stored.entry.json))?.object else {
      return reach == .all ? ["action": "unreadable", "target": .string(stored.place)] : nil
    }
    guard reach == .all || tenant(of: entry).map(reach.includes(named:)) == true else { return nil }
    entry["digest"] = .string(stored.entry.digest)
    return .object(entry)
  }

  /// Whose record was changed.
  private static func tenant(of entry: JSONObject) -> String? {
    if entry["action"]?.string?.hasPrefix("tenant.") == true { return entry["target"]?.string }
    return entry["after"]?["tenant"]?.string ?? entry["before"]?["tenant"]?.string
  }

  /// Milliseconds and a number, as Redis numbers the entries of a stream.
  private static func isPlace(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { (1...20).contains($0.count) && UInt64($0) != nil }
  }
}
