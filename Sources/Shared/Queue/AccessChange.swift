import NIOCore

/// What an administrator changes.
public struct AccessChange: Sendable {
  public enum Verb: String, Sendable {
    case create, update, delete
    /// Something else: only the entry of the audit log is written.
    case note
  }

  let verb: Verb
  let kind: String
  let id: String
  /// Whose key it is: a tenant, or `*`.
  let tenant: String
  let json: ByteBuffer
  /// Of keys: those that stand for the record from now on, and those that stand for nothing any more.
  let newDigests: [String]
  let oldDigests: [String]
  /// The epoch that the record must have (`If-Match`).
  public var expected: Int?
  /// Whether digests stay where the change fails: of a key that was made before, another may stand for its record already.
  public var keepsDigests = false
  /// Whether budgets of the record are others than before: jobs that wait for one learn it.
  public var changesBudgets = false
  private(set) var limits: [ChangedLimit] = []

  public static func tenant(
    _ id: String, _ verb: Verb, json: ByteBuffer = ByteBuffer(), expected: Int? = nil
  ) -> AccessChange {
    AccessChange(
      verb: verb, kind: "tenant", id: id, tenant: id, json: json, newDigests: [], oldDigests: [],
      expected: expected)
  }

  public static func key(
    _ id: String, of tenant: String, _ verb: Verb, json: ByteBuffer = ByteBuffer(), newDigests: [String] = [],
    oldDigests: [String] = [], expected: Int? = nil
  ) -> AccessChange {
    AccessChange(
      verb: verb, kind: "key", id: id, tenant: tenant, json: json, newDigests: newDigests,
      oldDigests: oldDigests, expected: expected)
  }

  /// What changes no record.
  public static let note = AccessChange(
    verb: .note, kind: "", id: "", tenant: "", json: ByteBuffer(), newDigests: [], oldDigests: [])

  /// Says what the record's limits were and are now: what was used of those with another number stays as much as it was.
  public mutating func changeLimits(from before: [Limit], to after: [Limit]) {
    let subject =
      kind == "key"
      ? KeyID(rawValue: id).map { LimitSubject(key: $0) }
      : TenantID(rawValue: id).map { LimitSubject(tenant: $0) }
    limits = subject.map { ChangedLimit.among(after, before: before, of: $0) } ?? []
  }

  func append(to command: inout RedisCommand) {
    command.append(verb.rawValue)
    command.append(kind)
    command.append(id)
    command.append(tenant)
    command.append(json)
    command.append(expected.map(String.init) ?? "")
    command.append(changesBudgets ? "1" : "0")
  }
}
