import NIOCore
import Shared

/// A channel on which this process is told of the ends and events of jobs, heard on one event loop.
struct ReplyChannel: Sendable {
  let name: String
  let eventLoop: any EventLoop
}
