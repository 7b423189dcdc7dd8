extension JobQueue {
  /// Throws ``QueueError`` unless Redis takes steps that write, now, and replicas that are waited for answer, and
  /// where it may drop queued jobs, as far as it tells. Changes nothing.
  public func checkReady() async throws(QueueError) {
    if let acknowledging, acknowledging.isShort {
      _ = try await perform(step("ready"), acknowledgedBy: acknowledging, isCautious: true)
    }
    guard try await perform(step("ready")).integer == 1 else { throw .unexpectedReply(step: "ready") }
    if let policy = await memory()?.policy, EvictionPolicy.fault(of: policy) != nil {
      throw .mayEvict(policy: policy)
    }
  }
}
