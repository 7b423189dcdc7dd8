import NIOCore
import TestSupport
import Testing

@testable import Shared

extension RedisSubscriber {
  /// Hears what is told on a channel of a test's Redis while `body` runs, which begins once it listens.
  static func listening(
    to channel: String, of redis: RedisServer,
    onMessage: @escaping @Sendable (ByteBuffer) -> Void = { _ in }, _ body: () async throws -> Void
  ) async throws {
    let subscriber = RedisSubscriber(
      configuration: try RedisConfiguration(url: redis.url), channel: channel, purpose: "test",
      logger: .quiet,
      onMessage: onMessage)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await subscriber.run() }
      defer { group.cancelAll() }
      try await eventually("it listens") { subscriber.isSubscribed }
      try await body()
    }
  }
}
