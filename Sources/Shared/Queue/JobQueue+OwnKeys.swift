extension JobQueue {
  /// The names of the secrets that a job's tenant brings, by provider; empty for nearly all tenants.
  public func ownKeys(of id: JobID) async throws(QueueError) -> [String: String] {
    var command = step("own_keys")
    command.append(id.rawValue)
    guard let words = try await perform(command).array?.map(\.string), words.count.isMultiple(of: 2) else {
      throw .unexpectedReply(step: "own_keys")
    }
    var names: [String: String] = [:]
    for index in stride(from: 0, to: words.count, by: 2) {
      // A worker that cannot read them must not ask with the operator's keys instead.
      guard let provider = words[index], let name = words[index + 1] else {
        throw .unexpectedReply(step: "own_keys")
      }
      names[provider] = name
    }
    return names
  }
}
