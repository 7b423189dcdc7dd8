import Crypto
import NIOCore
import Shared

/// What the log says of a change, but for its place in the log.
struct AuditNote: Sendable {
  /// `ADMIN_API_KEY`, or the id of a key.
  let actor: String
  /// Whence it came.
  let address: String
  /// Such as `tenant.create` or `key.rotate`.
  let action: String
  /// The id of what was changed.
  let target: String
  /// The record as it was and as it is; nil where there was or is none.
  let before: JSONValue?
  let after: JSONValue?

  init(
    _ action: String, of target: String, by call: Call, before: JSONValue? = nil, after: JSONValue? = nil
  ) throws(Problem) {
    actor = try call.administrator().name
    address = call.origin.address
    self.action = action
    self.target = target
    self.before = before?.blotted
    self.after = after?.blotted
  }

  /// The entry behind the one of that digest; empty for the first. Its own digest is SHA-256 over it as it is written,
  /// that of the one before included.
  func entry(behind previous: String, at now: Int64) -> AuditEntry {
    let json: JSONValue = [
      "at": .string(Timestamp.format(unixMilliseconds: now)), "actor": .string(actor),
      "address": .string(address), "action": .string(action), "target": .string(target),
      "before": before ?? .null, "after": after ?? .null, "previous": .string(previous),
    ]
    let bytes = json.serialized()
    return AuditEntry(json: bytes, digest: Self.digest(of: bytes))
  }

  static func digest(of json: ByteBuffer) -> String {
    let digest = json.withUnsafeReadableBytes { SHA256.hash(data: $0) }
    return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

extension JSONValue {
  /// A record without what may be secret in it: paths and queries of webhooks, by which many services know their callers, and keys
  /// that somebody wrote where none belongs, since nothing is ever taken out of the log.
  fileprivate var blotted: JSONValue {
    let plain = withoutSecrets
    guard case .object(var members) = plain, case .array(let webhooks)? = members["webhooks"] else {
      return plain
    }
    members["webhooks"] = .array(webhooks.map(Self.blotted(webhook:)))
    return .object(members)
  }

  private static func blotted(webhook: JSONValue) -> JSONValue {
    guard case .object(var members) = webhook, let url = members["url"]?.string else { return webhook }
    let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    let host = parts.dropFirst(2).first?.prefix { $0 != "?" } ?? ""
    let origin = (parts.prefix(2).map(String.init) + [String(host)]).joined(separator: "/")
    if origin.count < url.count { members["url"] = .string(origin + "/***") }
    return .object(members)
  }
}
