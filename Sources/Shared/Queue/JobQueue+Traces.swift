extension JobQueue {
  /// Takes ends of traced jobs whose spans nobody has exported yet, the oldest first. Whoever takes them exports them.
  public func tracedEnds(atMost most: Int) async throws(QueueError) -> [TracedEnd] {
    var command = step("traced")
    command.append(most)
    guard let ends = try await perform(command).array else { throw .unexpectedReply(step: "traced") }
    return ends.compactMap { $0.string.flatMap(TracedEnd.init) }
  }
}
