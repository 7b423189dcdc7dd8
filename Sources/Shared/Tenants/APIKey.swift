/// A key's record: whose it is, what it may do, and by which digest it is known.
public struct APIKey: Sendable, Hashable {
  /// A digest that was replaced, and until when (Unix milliseconds) its key is still good.
  public struct Replaced: Sendable, Hashable {
    public let digest: KeyDigest
    public let goodUntil: Int64

    public init(digest: KeyDigest, goodUntil: Int64) {
      self.digest = digest
      self.goodUntil = goodUntil
    }
  }

  public let id: KeyID
  public var tenant: TenantReach
  public var name: String?
  public var scopes = Scope.usual
  /// Unix milliseconds; nil for no end.
  public var expiresAt: Int64?
  public var limits: [Limit] = []
  public var budgets: [Budget] = []
  public var models = AllowedModels.all
  /// Whence it may be used; empty for everywhere.
  public var networks: [ClientNetwork] = []
  public var guards: [String] = []
  /// Nil where the tenant's holds.
  public var cache: CacheSharing?
  /// Nil where the tenant's holds.
  public var lane: Lane?
  public var isEnabled = true
  public var metadata: JSONObject = [:]
  public var digest: KeyDigest
  /// Of keys that were rotated, the newest first.
  public var replaced: [Replaced] = []
  /// `sk-sluice-ab12…wxyz`.
  public var hint: String
  /// Unix milliseconds.
  public var createdAt: Int64
  public var updatedAt: Int64

  public init(
    id: KeyID, tenant: TenantReach, digest: KeyDigest, hint: String, createdAt: Int64
  ) {
    self.id = id
    self.tenant = tenant
    self.digest = digest
    self.hint = hint
    self.createdAt = createdAt
    updatedAt = createdAt
  }

  /// Until when a key of that digest is good (Unix milliseconds, `Int64.max` without an end); nil where the digest is
  /// none of the record's. Whether the record is enabled is another question.
  public func goodUntil(for digest: KeyDigest) -> Int64? {
    let end = expiresAt ?? .max
    if digest == self.digest { return end }
    return replaced.first { $0.digest == digest }.map { min($0.goodUntil, end) }
  }

  /// What of it its tenant would not let hold: a group that shares its cache, of which the tenant is none.
  public func beyond(_ tenant: Tenant) -> [RecordFault] {
    guard let cache, !tenant.cache.covers(cache) else { return [] }
    return [
      .value(
        "tenant \(tenant.id) has the cache \(ClientText.quoted(tenant.cache.description)), and a key may not share more",
        at: [.name("cache")])
    ]
  }

  /// When another key may stay good beside the new one (Unix milliseconds); nil where it may now. As many stand in the record as it
  /// has room for, and none of them ends before its time.
  public func roomForOverlap(at now: Int64) -> Int64? {
    let good = replaced.map(\.goodUntil).filter { $0 > now }
    return good.count < Self.mostReplaced ? nil : good.sorted().dropLast(Self.mostReplaced - 1).last
  }

  /// The record after its key was replaced. The old one stays good for the overlap, of at most ``longestOverlap``; the caller has
  /// looked at ``roomForOverlap(at:)``.
  public func rotated(to digest: KeyDigest, hint: String, at now: Int64, overlap: Duration) -> APIKey {
    var key = self
    let end = now + overlap.components.seconds * 1000
    // Without an overlap nothing but the new key holds; with one, older keys end when they would have ended.
    key.replaced =
      (overlap > .zero ? [Replaced(digest: self.digest, goodUntil: end)] : [])
      + replaced.filter { $0.goodUntil > now && overlap > .zero }
    key.digest = digest
    key.hint = hint
    key.updatedAt = now
    return key
  }

  /// How many keys of before are good beside the present one.
  public static let mostReplaced = 4
  /// 30 days.
  public static let longestOverlap = Duration.seconds(2_592_000)
}
