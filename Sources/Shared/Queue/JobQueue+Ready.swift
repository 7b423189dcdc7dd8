extension JobQueue {
  /// Throws ``QueueError`` unless Redis takes steps that write, now. Changes nothing.
  public func checkReady() async throws(QueueError) {
    guard try await perform(step("ready")).integer == 1 else { throw .unexpectedReply(step: "ready") }
  }
}
