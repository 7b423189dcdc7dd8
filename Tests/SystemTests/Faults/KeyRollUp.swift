import Shared
import TestSupport
import Testing

/// What usage was rolled up to, as it stands in Redis: sums of hours, of days, and of users' days.
///
/// Each is a hash `use:<kind>:<hour or day>`, whose fields are what is told apart, with 0x1F between, and whose values are
/// numbers: requests, errors, hits, coalesced, prompt tokens, two parts of these, completion tokens, a part of these,
/// nano-dollars, and more.
struct KeyRollUp: Equatable, CustomStringConvertible {
  struct Sum: Equatable {
    var requests: Int64 = 0
    var tokens: Int64 = 0
    var nanos: Int64 = 0

    mutating func add(_ requests: Int64, _ tokens: Int64, _ nanos: Int64) {
      self.requests += requests
      self.tokens += tokens
      self.nanos += nanos
    }
  }

  /// By tenant and key, or by tenant and user, with a space between.
  private(set) var sums: [String: Sum] = [:]

  var description: String { "\(sums.sorted { $0.key < $1.key })" }

  mutating func add(_ tenant: String, _ part: String, requests: Int64, tokens: Int64, nanos: Int64) {
    sums["\(tenant) \(part)", default: Sum()].add(requests, tokens, nanos)
  }

  /// Waits until all records are added up, which a worker does each second.
  static func wait(for redis: RedisClient) async throws {
    let newest = RedisCommand("XREVRANGE", "sluice:{0}:usage", "+", "-", "COUNT", "1")
    try await eventually("all records are rolled up") {
      let last = try await redis.send(newest).array?.first?.array?.first?.string
      return try await redis.send(RedisCommand("HGET", "sluice:{0}:rolled", "cursor")).string == last
    }
  }

  /// - Parameter kind: `h`, `d`, or `u` for users.
  static func read(_ kind: String, from redis: RedisClient) async throws -> KeyRollUp {
    var found = KeyRollUp()
    let keys = try await redis.send(RedisCommand("KEYS", "sluice:{0}:use:\(kind):*")).array ?? []
    for key in keys.compactMap(\.string) {
      let pairs = try await redis.send(RedisCommand("HGETALL", key)).array?.compactMap(\.string) ?? []
      for index in stride(from: 0, to: pairs.count - 1, by: 2) {
        let parts = pairs[index].split(separator: "\u{1F}", omittingEmptySubsequences: false).map(String.init)
        let numbers = pairs[index + 1].split(separator: " ").compactMap { Int64($0) }
        guard parts.count > 1, numbers.count > 9 else { continue }
        found.add(
          parts[0], parts[1], requests: numbers[0], tokens: numbers[4] + numbers[7], nanos: numbers[9])
      }
    }
    return found
  }
}
