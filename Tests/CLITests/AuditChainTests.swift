import Crypto
import Shared
import Testing

@testable import CLI

@Suite("The chain of the log")
struct AuditChainTests {
  /// Entries as the server tells them, the newest first.
  private func log(_ actions: [String]) -> [JSONValue] {
    var entries: [JSONValue] = []
    var previous = ""
    for action in actions {
      let entry: JSONObject = [
        "at": "2026-01-31T09:15:02.481Z", "action": .string(action), "before": nil,
        "after": ["cost": 0.5, "n": 1],
        "previous": .string(previous),
      ]
      let bytes = JSONValue.object(entry).serialized()
      previous = bytes.withUnsafeReadableBytes { SHA256.hash(data: $0) }.map {
        ($0 < 16 ? "0" : "") + String($0, radix: 16)
      }.joined()
      entries.insert(.object(entry.merging(["digest": .string(previous)]) { $1 }), at: 0)
    }
    return entries
  }

  private func verify(
    _ entries: [JSONValue], known: String? = nil, last: String? = nil
  ) throws(AuditChain.Break) -> AuditChain {
    var chain = AuditChain(known: known, last: last)
    for entry in entries { try chain.take(entry) }
    try chain.end()
    return chain
  }

  @Test("a log as it was written holds, and tells its newest digest")
  func holds() throws {
    let entries = log(["a", "b", "c"])
    let chain = try verify(entries, known: entries[1]["digest"]?.string)
    #expect(chain.count == 3 && chain.newest == entries[0]["digest"]?.string)
    #expect(try verify([]).count == 0)
    // Another came while it was read.
    #expect(try verify(entries, last: entries[1]["digest"]?.string).count == 3)
  }

  @Test("an entry that was taken out, changed or put in breaks it")
  func breaks() {
    let entries = log(["a", "b", "c", "d"])
    var without = entries
    without.remove(at: 1)
    var changed = entries
    changed[2] = .object((changed[2].object ?? [:]).merging(["action": "x"]) { $1 })
    for damaged in [without, changed, Array(entries.dropLast()), [entries[0]] + log(["x", "y", "c"])] {
      #expect(throws: AuditChain.Break.self) { try verify(damaged) }
    }
    let newest = entries[0]["digest"]?.string
    for damaged in [Array(entries.dropFirst()), []] {
      #expect(throws: AuditChain.Break.self) { try verify(damaged, last: newest) }
    }
    #expect(throws: AuditChain.Break.self) { try verify([["action": "unreadable"]] + entries) }
    // Where its note is gone, too, the newest can only be missed by who knows its digest.
    #expect(throws: AuditChain.Break.self) {
      try verify(Array(entries.dropFirst()), known: entries[0]["digest"]?.string)
    }
  }
}
