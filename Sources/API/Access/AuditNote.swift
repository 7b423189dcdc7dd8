import Shared

/// What the log says of a change, but for its place in the log.
struct AuditNote: Sendable {
  /// `ADMIN_API_KEY`, or the id of the key.
  let actor: String
  /// Whence it came.
  let address: String
  /// Such as `tenant.create`, `key.rotate`.
  let action: String
  /// The id of the record.
  let target: String
  /// Whose record it is; nil for one of all tenants.
  let tenant: TenantID?
  /// The record as it was and as it is, without digests of keys; nil where there was or is none.
  let before: JSONValue?
  let after: JSONValue?
}
