import Foundation
import Synchronization

/// Starts processes on a thread that lives as long as this process.
///
/// The kernel's parent-death signal, which ends children when the tests are killed, looks at the thread that
/// started them: on a pooled thread they would die as soon as the pool gives the thread up.
final class ProcessSpawner: Sendable {
  static let shared = ProcessSpawner()

  private struct Request: Sendable {
    let process: Process
    let isDone: CheckedContinuation<Void, any Error>
  }

  private let requests = Mutex<[Request]>([])
  private let hasWork = DispatchSemaphore(value: 0)

  private init() {
    Thread.detachNewThread { [self] in
      while true {
        hasWork.wait()
        guard let request = requests.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { continue }
        request.isDone.resume(with: Result { try request.process.run() })
      }
    }
  }

  func run(_ process: Process) async throws {
    try await withCheckedThrowingContinuation { continuation in
      requests.withLock { $0.append(Request(process: process, isDone: continuation)) }
      hasWork.signal()
    }
  }
}
