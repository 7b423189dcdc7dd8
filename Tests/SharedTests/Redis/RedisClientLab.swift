import Logging

@testable import Shared

/// A Redis client for one test.
enum RedisClientLab {
  /// Runs `body` with a client that ends with it. The time-out is long where it is not what is tested.
  static func with(
    _ url: String, commandTimeout: Duration = .seconds(30), _ body: (RedisClient) async throws -> Void
  ) async throws {
    var configuration = try RedisConfiguration(url: url)
    configuration.commandTimeout = commandTimeout
    let client = RedisClient(configuration: configuration, logger: Logger(label: "test"), purpose: "test")
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await client.run() }
      defer { group.cancelAll() }
      try await body(client)
    }
  }
}

extension RedisClient {
  /// Whether Redis answers now.
  func isServed() async -> Bool {
    (try? await send(RedisCommand("PING")))?.string == "PONG"
  }
}
