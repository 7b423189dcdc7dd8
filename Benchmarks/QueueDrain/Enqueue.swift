import ArgumentParser
import Foundation
import Logging
import NIOPosix
import Shared

/// Admits jobs as an API process does, many at once, and prints how many and how long that took, as JSON.
struct Enqueue: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Admits jobs.")

  /// How many clients wait for an answer at once.
  private static let clients = 64

  private static let request = JobRequest.chat(
    Conversation(
      turns: [Turn(role: .user, text: "What does a job cost that asks nobody?")],
      parameters: Parameters(maxTokens: 256, temperature: 0.7)))

  @Option(help: "How many jobs.")
  var jobs: Int

  @Option(help: "After how many seconds no more are admitted.")
  var seconds: Double

  func run() async throws {
    let redis = RedisClient(
      configuration: try RedisConfiguration(.current), logger: Logger(label: "queue-drain"),
      purpose: "queue-drain", perEventLoop: true)
    let queue = JobQueue(
      redis: redis, retention: try JobRetention(.current), bounds: try QueueBounds(.current))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await redis.run() }
      let start = ContinuousClock.now
      let admitted = try await admit(to: queue, until: start + .seconds(seconds))
      let result: JSONValue = [
        "jobs": .integer(Int64(admitted)), "seconds": .double((ContinuousClock.now - start) / .seconds(1)),
      ]
      print(result)
      group.cancelAll()
    }
  }

  /// Returns how many jobs were admitted.
  private func admit(to queue: JobQueue, until end: ContinuousClock.Instant) async throws -> Int {
    let (encoded, weight) = (Self.request.encoded(), Self.request.estimatedTokens)
    let admissions = PerEventLoop(MultiThreadedEventLoopGroup.singleton) {
      StepBatcher(eventLoop: $0, step: queue.admit)
    }
    return try await withThrowingTaskGroup(of: Int.self) { group in
      for client in 0..<Self.clients {
        group.addTask(executorPreference: EventLoopExecutor.singleton) {
          var admitted = 0
          for _ in stride(from: client, to: jobs, by: Self.clients) where ContinuousClock.now < end {
            let admission = Admission(
              id: JobID(unixMilliseconds: Timestamp.now), tenant: "default", lane: .standard,
              model: "default",
              request: encoded, weight: weight, expiresIn: .seconds(86_400))
            guard case .admitted = try await admissions.current.perform(admission) else {
              throw ValidationError("the queue refuses jobs; is it empty?")
            }
            admitted += 1
          }
          return admitted
        }
      }
      return try await group.reduce(0, +)
    }
  }
}
