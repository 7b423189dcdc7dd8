import Logging
public import ServiceLifecycle

/// Notices that Redis has lost everything while this process runs (flushed, restarted without its files, or another one at
/// the same address), and says so once. The queue works on, but nobody would be told otherwise that its jobs are gone.
public struct FoundingWatch: Service {
  /// A look costs less than a renewal of leases does.
  private static let interval = Duration.seconds(5)

  private let queue: JobQueue
  private let logger: Logger
  private let onLoss: @Sendable () -> Void

  /// `onLoss` is called when everything is lost.
  public init(queue: JobQueue, logger: Logger, onLoss: @escaping @Sendable () -> Void = {}) {
    self.queue = queue
    self.logger = logger
    self.onLoss = onLoss
  }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      var known: String?
      repeat { _ = await look(&known) } while (try? await Task.sleep(for: Self.interval)) != nil
    }
  }

  /// `known` is the founding that was seen last. Returns whether everything is lost since.
  func look(_ known: inout String?) async -> Bool {
    // Without Redis there is nothing to look at.
    guard let founding = try? await queue.founding() else { return false }
    let isLost = known.map { $0 != founding } ?? false
    if let before = known, isLost {
      logger.error(
        """
        Redis has lost everything: all jobs are gone, those that waited, those that ran and the answers of those that had \
        ended. It was flushed, started again without its files, or is another one now. New jobs are taken in
        """, metadata: ["before": "\(before)", "now": "\(founding)"])
      onLoss()
    }
    known = founding
    return isLost
  }
}
