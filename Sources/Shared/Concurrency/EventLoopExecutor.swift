import NIOCore
import NIOPosix

/// Runs tasks on the event loops that move their bytes, instead of on a pool of threads of Swift's own.
///
/// A task that is resumed on an event loop (a request came, Redis replied) goes on there: no thread has to be woken
/// for it, and what all tasks of one turn send leaves in one write. In return, nothing on these tasks may block.
public final class EventLoopExecutor: TaskExecutor {
  /// On NIO's own loops, as all channels of a process are.
  public static let singleton = EventLoopExecutor(MultiThreadedEventLoopGroup.singleton)

  private let group: MultiThreadedEventLoopGroup

  init(_ group: MultiThreadedEventLoopGroup) { self.group = group }

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let executor = asUnownedTaskExecutor()
    // On a loop, `any` is that loop.
    group.any().execute { job.runSynchronously(on: executor) }
  }
}
