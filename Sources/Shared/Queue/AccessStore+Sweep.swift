/// Keys of tenants that are deleted: they are good for nothing from the deletion on, and go page by page, so that no step keeps
/// Redis busy for long.
extension AccessStore {
  /// Whether a tenant is deleted and keys of it may still be there.
  public func isLeaving(_ tenant: String) async throws(QueueError) -> Bool {
    try await queue.perform(RedisCommand("ZSCORE", queue.base + ":leaving", tenant)).string != nil
  }

  /// Takes the keys of a tenant away that is deleted. Returns how many went.
  @discardableResult
  public func sweep(_ tenant: String) async throws(QueueError) -> Int {
    var keys = 0
    while let gone = try await sweepOnce(tenant) { keys += gone }
    return keys
  }

  /// The same for any tenants, for whoever goes on where a process did not: as many steps at most.
  public func sweep(steps: Int) async throws(QueueError) {
    for _ in 0..<steps where try await sweepOnce("") == nil { return }
  }

  /// Nil where nothing is left to do.
  private func sweepOnce(_ tenant: String) async throws(QueueError) -> Int? {
    var command = queue.step("access_sweep")
    command.append(tenant)
    guard let gone = try await queue.perform(command).integer else {
      throw .unexpectedReply(step: "access_sweep")
    }
    return gone < 0 ? nil : Int(gone)
  }
}
