import Logging
import Shared
import TestSupport

/// A queue on a Redis of a test's own, without processes.
enum APILab {
  static func with(_ body: (RedisClient, JobQueue) async throws -> Void) async throws {
    try await RedisServer.with { server in
      let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      var configuration = try RedisConfiguration(url: server.url)
      // The tests of time-outs are the client's; here a busy machine must not matter.
      configuration.commandTimeout = Patience.command
      let redis = RedisClient(configuration: configuration, logger: quiet, purpose: "test")
      let environment = ProcessEnvironment([:])
      let queue = JobQueue(
        redis: redis, retention: try JobRetention(environment), bounds: try QueueBounds(environment))
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await redis.run() }
        defer { group.cancelAll() }
        try await body(redis, queue)
      }
    }
  }
}
