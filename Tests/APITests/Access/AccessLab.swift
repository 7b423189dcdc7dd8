import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOPosix
import TestSupport
import Testing

@testable import API
@testable import Shared

/// A store of tenants and keys on a Redis of its own, and what an API process knows of it.
struct AccessLab: Sendable {
  static let serviceKey = "service-key"
  static let adminKey = "admin-key"

  let redis: RedisClient
  let store: AccessStore
  let ring: KeyRing
  let peppers: KeyPeppers
  let authenticator: Authenticator

  static func with(_ body: (AccessLab) async throws -> Void) async throws {
    let peppers = try #require(KeyPeppers(parsing: "a-new-pepper-of-a-test,an-old-pepper-of-a-test"))
    try await APILab.with { redis, queue in try await body(AccessLab(redis, AccessStore(queue), peppers)) }
  }

  private init(_ redis: RedisClient, _ store: AccessStore, _ peppers: KeyPeppers) {
    self.redis = redis
    self.store = store
    self.peppers = peppers
    ring = KeyRing(records: store, eventLoops: MultiThreadedEventLoopGroup.singleton)
    authenticator = Authenticator(
      serviceKey: Secret(Self.serviceKey), adminKey: Secret(Self.adminKey), peppers: peppers, ring: ring)
  }

  /// Who sends these headers, from an address of its own.
  func principal(_ headers: HTTPFields, isFresh: Bool = false) async throws -> Principal {
    try await authenticator.principal(of: headers, from: origin(headers), isFresh: isFresh)
  }

  func origin(_ headers: HTTPFields) -> RequestOrigin {
    RequestOrigin(ClientAddress(trustedProxies: []), APIContext(channel: EmbeddedChannel()), headers)
  }

  /// A stored key of a tenant, which is made if it is not there.
  func makeKey(
    of tenant: String = "search", _ change: (inout APIKey) -> Void = { _ in }
  ) async throws -> (key: APIKey, material: KeyMaterial) {
    let owner = Tenant(id: try #require(TenantID(rawValue: tenant)))
    try await write(.tenant(tenant, .create, json: owner.json.serialized()))
    let material = KeyMaterial()
    var key = APIKey(
      id: KeyID(unixMilliseconds: Timestamp.now), tenant: .one(owner.id),
      digest: peppers.digest(of: material), hint: material.hint, createdAt: Timestamp.now)
    change(&key)
    try await write(
      .key(
        key.id.rawValue, of: tenant, .create, json: key.stored.serialized(),
        newDigests: [key.digest.description]))
    return (key, material)
  }

  func update(_ key: APIKey) async throws {
    try await write(
      .key(key.id.rawValue, of: key.tenant.description, .update, json: key.stored.serialized()))
  }

  func delete(_ key: APIKey) async throws {
    try await write(.key(key.id.rawValue, of: key.tenant.description, .delete))
  }

  func write(_ change: AccessChange) async throws {
    _ = try await store.change(change) { AuditEntry(json: ByteBuffer(string: "{}"), digest: $0 + "x") }
  }
}
