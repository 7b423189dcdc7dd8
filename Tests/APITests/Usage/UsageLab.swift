import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOEmbedded
import TestSupport
import Testing

@testable import API
@testable import Shared

/// The routes about usage, on a Redis of a test's own.
struct UsageLab: Sendable {
  let redis: RedisClient
  let queue: JobQueue

  static func with(_ body: (UsageLab) async throws -> Void) async throws {
    try await APILab.with { redis, queue in try await body(UsageLab(redis: redis, queue: queue)) }
  }

  /// The beginning (Unix milliseconds) of a day so long ago.
  func day(ago days: Int64) async throws -> Int64 {
    let now = try await queue.usageReach().now
    return (now / UsageTime.day - days) * UsageTime.day
  }

  /// Writes a record at a time, of 10 prompt tokens and 1 completion token at a millionth of a dollar.
  func add(at time: Int64, _ fields: [String: String] = [:]) async throws {
    let usual = [
      "job": JobID(unixMilliseconds: 1).rawValue, "tenant": "a", "state": "succeeded", "provider": "p",
      "model": "m", "prompt": "10", "completion": "1", "nanos": "1000", "route": "smart",
      "lane": "standard",
    ]
    var command = RedisCommand("XADD", "sluice:{0}:usage", "\(time)-*")
    for (name, value) in usual.merging(fields, uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
      command.append(name)
      command.append(value)
    }
    _ = try await redis.send(command)
  }

  /// Asks as an administrator, of all tenants or of one.
  func admin(_ path: String, of tenant: String? = nil) async throws -> Answer {
    var principal = Principal.operator
    if let tenant { principal = .key(try policy(of: tenant, [.adminRead]), .stored([])) }
    return try await ask("/admin/usage" + path, principal, client: nil)
  }

  /// Asks with a tenant's key.
  func own(_ path: String, tenant: String) async throws -> Answer {
    let policy = try policy(of: tenant, [.read])
    let client = Client(policy: policy, holder: .stored([]), origin: origin, rates: [])
    return try await ask("/usage" + path, .key(policy, .stored([])), client: client)
  }

  struct Answer: Sendable {
    let body: String
    let contentType: String?

    var json: JSONValue { (try? JSONParser.parse(body)) ?? .null }
    var rows: [JSONValue] { json["data"]?.array ?? [] }
    var lines: [String] { body.split(whereSeparator: \.isNewline).map(String.init) }
  }

  // MARK: - A call without a server

  private var origin: RequestOrigin {
    RequestOrigin(ClientAddress(trustedProxies: []), APIContext(channel: EmbeddedChannel()), [:])
  }

  private func policy(of tenant: String, _ scopes: Set<Scope>) throws -> AccessPolicy {
    let owner = Tenant(id: try #require(TenantID(rawValue: tenant)))
    let peppers = try #require(KeyPeppers(parsing: "a-pepper-of-a-test-that-is-long"))
    let material = KeyMaterial()
    var key = APIKey(
      id: KeyID(unixMilliseconds: 1), tenant: .one(owner.id), digest: peppers.digest(of: material),
      hint: material.hint, createdAt: 1)
    key.scopes = scopes
    return AccessPolicy(tenant: owner, key: key)
  }

  private func ask(_ path: String, _ principal: Principal, client: Client?) async throws -> Answer {
    let head = HTTPRequest(method: .get, scheme: nil, authority: nil, path: path)
    let call = Call(
      request: Request(head: head, body: RequestBody(buffer: ByteBuffer())), id: RequestID(nil),
      parameters: [:],
      principal: principal, client: client, origin: origin, channel: NIOAsyncTestingChannel(),
      hold: BodyHold(BodyBudget(limit: 1 << 20)))
    let name = path.prefix { $0 != "?" }
    let route = try #require(UsageRoutes(queue: queue).routes.first { $0.description.path == name })
    let reply = try await route.handler(call)
    let body: ByteBuffer
    switch reply.content {
    case .whole(let bytes): body = bytes
    case .stream(let write):
      let collected = Collected()
      var writer: any ResponseBodyWriter = collected
      try await write(&writer)
      body = await collected.all.bytes
    }
    return Answer(body: String(buffer: body), contentType: reply.headers[.contentType])
  }

  private actor Bytes {
    private(set) var bytes = ByteBuffer()
    func add(_ more: ByteBuffer) { bytes.writeImmutableBuffer(more) }
  }

  private struct Collected: ResponseBodyWriter {
    let all = Bytes()

    mutating func write(_ buffer: ByteBuffer) async throws { await all.add(buffer) }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
  }
}
