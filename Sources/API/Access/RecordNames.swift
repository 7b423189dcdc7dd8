import Shared

/// The records by which the requests of one key are judged.
struct RecordNames: Sendable, Hashable, Batchable {
  /// `*` for all tenants, which has no record.
  let tenant: String
  /// Empty for `SERVICE_API_KEY`, which has no record.
  let key: String

  init(_ policy: AccessPolicy) {
    tenant = policy.key?.tenant.description ?? policy.tenant.id.rawValue
    key = policy.key?.id.rawValue ?? ""
  }

  var names: [AccessName] { [.tenant(tenant), .key(key)] }
  var size: Int { tenant.utf8.count + key.utf8.count }
}
