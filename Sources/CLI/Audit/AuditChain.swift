import Crypto
import NIOCore
import Shared

/// Whether a log of changes, read from its newest entry to its oldest, is as it was written: each entry has the digest that it
/// says, and holds that of the one that was made before it.
struct AuditChain: Sendable {
  /// What does not hold, in words.
  struct Break: Error, Sendable, Hashable {
    let sentence: String
  }

  private(set) var count = 0
  /// Of the newest entry; nil before the first.
  private(set) var newest: String?
  /// Whether the entry with that digest was met; true where none is looked for.
  private(set) var metKnown: Bool
  private let known: String?
  /// The digest that the newest entry had when reading began; nil where nobody knows it.
  private let last: String?
  private var metLast: Bool
  /// What the entry before the last one read must have for its digest; nil before the first.
  private var expected: String?
  private var lastTime = CellText.nothing

  /// - Parameters:
  ///   - known: the digest of an entry that was noted elsewhere, which the log must still hold.
  ///   - last: that of the newest entry, as the server has noted it beside the log.
  init(known: String? = nil, last: String? = nil) {
    (self.known, self.last) = (known, last)
    (metKnown, metLast) = (known == nil, last == nil)
  }

  /// Takes the next older entry.
  mutating func take(_ entry: JSONValue) throws(Break) {
    guard var members = entry.object, let digest = members["digest"]?.string,
      let previous = members["previous"]?.string
    else {
      throw Break(sentence: "entry \(count + 1), counted from the newest, cannot be read or has no digest")
    }
    let time = CellText.text(members["at"])
    members["digest"] = nil
    guard Self.digest(of: .object(members)) == digest else {
      throw Break(
        sentence:
          "the entry of \(time) (\(CellText.text(members["action"]))) was changed: its digest is another")
    }
    if let expected, expected != digest {
      let what =
        expected.isEmpty
        ? "says that it is the first" : "followed another entry, which is missing or was changed"
      throw Break(sentence: "the entry of \(lastTime) \(what), but the one before it is of \(time)")
    }
    newest = newest ?? digest
    metKnown = metKnown || digest == known
    metLast = metLast || digest == last
    (expected, lastTime) = (previous, time)
    count += 1
  }

  /// Says that there is no older entry.
  func end() throws(Break) {
    guard expected ?? "" == "" else {
      throw Break(sentence: "the entry of \(lastTime) followed another, but the log begins with it")
    }
    guard metLast else {
      throw Break(
        sentence: "the newest entry is missing: the server has noted that its digest is \(last ?? "")")
    }
    guard metKnown else {
      throw Break(
        sentence: "no entry has the digest that was given, so the log is not the one that it was noted of")
    }
  }

  /// SHA-256 of the entry as it is written.
  private static func digest(of json: JSONValue) -> String {
    let digest = json.serialized().withUnsafeReadableBytes { SHA256.hash(data: $0) }
    return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
