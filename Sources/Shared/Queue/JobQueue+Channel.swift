extension JobQueue {
  /// A channel for one API process, on which it is told of the ends of jobs that it waits for.
  public func makeReplyChannel() -> String {
    "\(base):replies:\(String(UInt64.random(in: .min ... .max), radix: 16))"
  }
}
