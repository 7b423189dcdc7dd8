import Shared

/// What the store says of a key that was sent.
enum FoundKey: Sendable {
  case unknown
  /// It was good once; its record, or its tenant's, is gone.
  case deleted
  /// Its records, and the clock of Redis (Unix milliseconds). `tenant` means nothing for a key of all tenants.
  case found(key: Versioned<APIKey>, tenant: Versioned<Tenant>, now: Int64)
}
