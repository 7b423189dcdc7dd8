import NIOCore
import Shared

@testable import API

/// A body of the operator's API is refused with sentences, or makes a record that survives being stored, shown and copied;
/// a patch leaves what it does not name.
enum RecordFuzz {
  private static let rules = RecordRules(
    now: 1_790_000_000_000, knowsModel: { $0 == "smart" || $0.hasPrefix("groq/") }, guards: ["pii"],
    webhookFault: { $0.hasPrefix("https://") ? nil : "it is no https URL" }, webhookEvents: ["budget.spent"],
    usualTenant: .one(.default))
  private static let material = KeyMaterial()
  private static let digest = KeyDigest(hex: String(repeating: "0a", count: 32))

  static func run(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let value = try? JSONParser.parse(ByteBuffer(bytes: bytes)) else { return }
    tenant(value)
    key(value)
    archive(value)
  }

  private static func tenant(_ body: JSONValue) {
    let old = Tenant(id: .default)
    if let patched = attempt({ () throws(RecordFaults) in try old.patched(by: body, under: rules) }) {
      keep(patched)
    }
    guard let tenant = attempt({ () throws(RecordFaults) in try Tenant(creating: body, under: rules) })
    else { return }
    keep(tenant)
    guard let again = attempt({ () throws(RecordFaults) in try tenant.patched(by: [:], under: rules) })
    else { fatalError("a patch of nothing is refused") }
    require(again.json == tenant.json, "a patch of nothing changes \(tenant) to \(again)")
  }

  private static func keep(_ tenant: Tenant) {
    guard let stored = try? Tenant(stored: reread(tenant.json)) else {
      fatalError("what was stored cannot be read: \(tenant)")
    }
    require(stored == tenant, "storing changed \(tenant) to \(stored)")
    let policy = AccessPolicy(service: tenant)
    for budget in tenant.budgets {
      require(policy.period(of: budget, at: rules.now).contains(rules.now), "a period is not that of now")
    }
    _ = policy.everyBound(user: "u", at: rules.now)
  }

  private static func key(_ body: JSONValue) {
    guard let digest else { fatalError("a digest has 64 hexadecimal digits") }
    let made = attempt { () throws(RecordFaults) in
      try APIKey(
        creating: body, id: KeyID(unixMilliseconds: rules.now), material: material, digest: digest,
        under: rules)
    }
    guard let key = made else { return }
    guard let stored = try? APIKey(stored: reread(key.stored)) else {
      fatalError("what was stored cannot be read: \(key)")
    }
    require(stored == key, "storing changed \(key) to \(stored)")
    guard let again = attempt({ () throws(RecordFaults) in try key.patched(by: [:], under: rules) })
    else { fatalError("a patch of nothing is refused") }
    require(again.stored == key.stored, "a patch of nothing changes \(key) to \(again)")
    _ = attempt { () throws(RecordFaults) in try key.patched(by: body, under: rules) }
  }

  private static func archive(_ body: JSONValue) {
    guard let archive = attempt({ () throws(RecordFaults) in try TransferBody(parsing: body, under: rules) })
    else { return }
    require(archive.entries.count == archive.remarks.count, "an entry has the remarks of another")
    for case .tenant(let tenant) in archive.entries { keep(tenant) }
  }

  private static func reread(_ json: JSONValue) throws -> JSONValue {
    try JSONParser.parse(json.serialized())
  }

  /// Nil for what is refused, which says why.
  private static func attempt<Record>(_ make: () throws(RecordFaults) -> Record) -> Record? {
    do throws(RecordFaults) { return try make() } catch {
      require(!error.list.isEmpty, "a refusal gives no reason")
      for fault in error.list {
        require(
          !fault.sentence.isEmpty && fault.sentence.utf8.count < 4096, "a sentence of \(fault.sentence)")
      }
      return nil
    }
  }
}
