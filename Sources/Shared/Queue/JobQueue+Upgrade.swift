extension JobQueue {
  /// How many entries of the cache one command drops.
  private static let entriesAtOnce = 1000

  /// Sends a step. A full Redis takes no library either, and one that processes of an older version have filled knows no
  /// step that makes room: then the cache goes first, by plain commands. That loses nothing but saved calls.
  func sendStep(_ command: RedisCommand, deadline: Duration?) async throws(RedisError) -> RESPValue {
    do {
      return try await redis.send(step: command, deadline: deadline)
    } catch .replied(let server, "FUNCTION", let message) where message.hasPrefix("OOM") {
      guard try await dropCache() else {
        throw .replied(server: server, command: "FUNCTION", message: message)
      }
      return try await redis.send(step: command, deadline: deadline)
    }
  }

  /// Returns whether there was anything.
  private func dropCache() async throws(RedisError) -> Bool {
    var hadEntries = false
    while true {
      let most = String(Self.entriesAtOnce - 1)
      let found = try await redis.send(RedisCommand("ZRANGE", "\(base):cached", "0", most)).array ?? []
      guard !found.isEmpty else { break }
      var entries = RedisCommand("DEL")
      var members = RedisCommand("ZREM", "\(base):cached")
      for key in found.compactMap(\.string) {
        entries.append("\(base):cache:\(key)")
        members.append(key)
      }
      _ = try await redis.send(entries)
      _ = try await redis.send(members)
      hadEntries = true
    }
    _ = try await redis.send(RedisCommand("DEL", "\(base):cachesize"))
    return hadEntries
  }
}
