import NIOCore
import NIOHTTP1
import Shared
import TestSupport
import Testing

/// A running Sluice in which keys can be made, and short forms of what administrators ask.
struct KeyLab: Sendable {
  let cluster: SluiceCluster
  let api: SluiceAPI

  static let admin = ["X-API-Key": "admin-key"]
  static let environment = ["ADMIN_API_KEY": "admin-key", "KEY_PEPPER": "a-pepper-of-a-test"]

  static func with(
    worker: Bool = true, environment: [String: String] = [:], _ body: (KeyLab) async throws -> Void
  ) async throws {
    try await SluiceCluster.with(environment: Self.environment.merging(environment) { $1 }) { cluster in
      let api = try await cluster.startAPI()
      let process = worker ? try await cluster.startWorker(seenBy: api) : nil
      try await body(KeyLab(cluster: cluster, api: api))
      await process?.killNow()
      await api.process.killNow()
    }
  }

  /// What an administrator asks.
  func call(
    _ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil, key: String = "admin-key",
    headers: [String: String] = [:]
  ) async throws -> HTTPReply {
    try await api.call(
      method, path, headers: ["X-API-Key": key].merging(headers) { $1 }, body: body?.serialized())
  }

  func makeTenant(_ id: String, _ members: JSONObject = [:]) async throws {
    let body = (["id": .string(id)] as JSONObject).merging(members) { $1 }
    let reply = try await call(.POST, "/admin/tenants", .object(body))
    #expect(reply.status == 201, "\(reply.body)")
  }

  /// A key of a tenant: its id and itself.
  func makeKey(of tenant: String, _ members: JSONObject = [:]) async throws -> (id: String, key: String) {
    let body = (["tenant": .string(tenant)] as JSONObject).merging(members) { $1 }
    let reply = try await call(.POST, "/admin/keys", .object(body))
    #expect(reply.status == 201, "\(reply.body)")
    return (
      try #require(reply.json["id"]?.string), try #require(reply.json["key"]?.string)
    )
  }

  func ask(_ key: String, _ prompt: String = "Why?", headers: [String: String] = [:]) async throws
    -> HTTPReply
  {
    try await call(.POST, "/query", ["prompt": .string(prompt), "cache": "off"], key: key, headers: headers)
  }

  func get(_ path: String, key: String) async throws -> HTTPReply { try await call(.GET, path, key: key) }
}
