extension JobQueue {
  /// Throws ``QueueError`` unless Redis takes steps that write, now, and replicas that are waited for answer. Changes
  /// nothing.
  public func checkReady() async throws(QueueError) {
    if let acknowledging, acknowledging.isShort {
      _ = try await perform(step("ready"), acknowledgedBy: acknowledging, isCautious: true)
    }
    guard try await perform(step("ready")).integer == 1 else { throw .unexpectedReply(step: "ready") }
  }
}
