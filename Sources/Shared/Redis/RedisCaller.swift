/// Who waits for the reply to one command: alone, or with the replies to others that left with it.
enum RedisCaller: Sendable {
  typealias Reply = Result<RESPValue, RedisError>

  case alone(CheckedContinuation<Reply, Never>)
  case together(RedisReplies, place: Int)

  func resume(returning reply: Reply) {
    switch self {
    case .alone(let caller): caller.resume(returning: reply)
    case .together(let replies, let place): replies.take(reply, at: place)
    }
  }
}
