extension JobQueue {
  /// The name of the shard's founding; the shard is founded when there is none. Another name than before means that Redis
  /// has lost everything since.
  func founding() async throws(QueueError) -> String {
    var command = step("here")
    command.append("\(Timestamp.now)-\(String(UInt64.random(in: .min ... .max), radix: 16))")
    guard let name = try await perform(command).string else { throw .unexpectedReply(step: "here") }
    return name
  }
}
