import Shared

/// The store of tenants and keys, of the log of their changes, and of what is used of their limits and budgets.
///
/// Each function throws ``QueueError``; one that threw may have happened or not.
protocol AccessRecords: Sendable {
  // MARK: - Who is it

  /// Whose the key is that has one of these digests.
  func find(_ digests: [KeyDigest]) async throws(QueueError) -> FoundKey

  /// Which records there are now, in the order of the names: a number for each, 0 for one that never was. Takes one step for
  /// all.
  func epochs(of names: [RecordNames]) async throws(QueueError) -> [AccessVersion]

  /// Notes when keys were used (Unix milliseconds).
  func note(used keys: [KeyID: Int64]) async throws(QueueError)

  // MARK: - Tenants

  /// ``TenantID/default`` is there always, with epoch 0 until it is stored.
  func tenant(_ id: TenantID) async throws(QueueError) -> Versioned<Tenant>?

  /// Those behind `id`, by their ids.
  func tenants(after id: TenantID?, count: Int) async throws(QueueError) -> [Versioned<Tenant>]

  func create(_ tenant: Tenant, noting note: AuditNote) async throws(QueueError) -> RecordChange

  /// Puts a record in the place of the one that has that epoch.
  func replace(
    _ tenant: Tenant, at epoch: Int, noting note: AuditNote
  ) async throws(QueueError) -> RecordChange

  /// Takes a tenant away with its keys. One that has jobs which have not ended stays, unless these are cancelled.
  func delete(
    _ tenant: TenantID, at epoch: Int, cancellingJobs: Bool, noting note: AuditNote
  ) async throws(QueueError) -> RecordChange

  // MARK: - Keys

  func key(_ id: KeyID) async throws(QueueError) -> Versioned<APIKey>?

  /// Those behind `id`, by the time they were made; nil for the keys of all tenants.
  func keys(
    of tenant: TenantReach?, after id: KeyID?, count: Int
  ) async throws(QueueError) -> [Versioned<APIKey>]

  func create(_ key: APIKey, noting note: AuditNote) async throws(QueueError) -> RecordChange

  /// Puts a record in the place of the one that has that epoch; its digest may be another.
  func replace(_ key: APIKey, at epoch: Int, noting note: AuditNote) async throws(QueueError) -> RecordChange

  func delete(_ key: KeyID, at epoch: Int, noting note: AuditNote) async throws(QueueError) -> RecordChange

  /// When keys were last used (Unix milliseconds), about; absent where that is not known.
  func lastUse(of keys: [KeyID]) async throws(QueueError) -> [KeyID: Int64]

  // MARK: - What was changed and used

  /// Entries of the log that were made before the one of that number, the newest first. With a tenant, those of its
  /// records only.
  func audit(
    of tenant: TenantID?, before number: String?, count: Int
  ) async throws(QueueError) -> AuditPage

  /// What is used of each part of a demand; takes nothing.
  func use(of demand: Demand) async throws(QueueError) -> DemandUse
}
