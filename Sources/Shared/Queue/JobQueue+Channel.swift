extension JobQueue {
  /// A channel for one API process, on which it is told of the ends of jobs that it waits for.
  public func makeReplyChannel() -> String { makeChannel("replies") }

  /// A channel that nobody else has.
  func makeChannel(_ purpose: String) -> String {
    "\(base):\(purpose):\(String(UInt64.random(in: .min ... .max), radix: 16))"
  }
}
