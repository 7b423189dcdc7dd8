import Shared

/// The records by which the requests of one key are judged.
struct RecordNames: Sendable, Hashable, Batchable {
  /// Nil for a key of all tenants.
  let tenant: TenantID?
  /// Nil for `SERVICE_API_KEY`.
  let key: KeyID?

  var size: Int { 128 }
}
