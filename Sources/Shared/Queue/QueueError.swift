/// Why a step of the queue did not happen.
public enum QueueError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Redis could not be asked, or did not answer in time. The step may have happened.
  case redis(RedisError)
  /// Redis has no memory left, and nothing that may give way. What fills it is nil where that was not asked.
  case outOfMemory(MemoryUse?)
  /// It was done, but too few replicas say that they have it: a failover may undo it.
  case unacknowledged
  /// Redis works, and its `maxmemory-policy` lets it drop queued jobs.
  case mayEvict(policy: String)
  /// An answer that no version of the step gives.
  case unexpectedReply(step: String)

  init(_ error: RedisError) {
    if case .replied(_, _, let message) = error, message.hasPrefix("OOM") {
      self = .outOfMemory(nil)
    } else {
      self = .redis(error)
    }
  }

  /// Whether Redis answered, and said no; else it may have been away only, or be about to change its mind.
  public var isRefusal: Bool {
    switch self {
    case .redis(.replied(_, _, let message)): !RedisErrorReason(message: message).isPassing
    case .outOfMemory, .mayEvict, .unexpectedReply: true
    case .redis, .unacknowledged: false
    }
  }

  /// Whether the step may have taken effect all the same.
  public var mayHaveHappened: Bool {
    switch self {
    case .redis(.timedOut), .redis(.connectionLost), .redis(.protocolViolation), .redis(.cancelled),
      .unacknowledged:
      true
    case .redis, .outOfMemory, .mayEvict, .unexpectedReply: false
    }
  }

  /// Redis is there, but did not answer in time, or had not answered another step in time.
  public var isOfSilence: Bool {
    switch self {
    case .redis(.timedOut), .redis(.suspect): true
    case .redis, .outOfMemory, .unacknowledged, .mayEvict, .unexpectedReply: false
    }
  }

  /// Redis works, but is set up so that it may drop what it was given.
  public var isOfPolicy: Bool {
    if case .mayEvict = self { true } else { false }
  }

  /// The class of what Redis refuses, for a client; nil where it may be away only.
  public var refusal: RedisErrorReason? {
    switch self {
    case .redis(.replied(_, _, let message)): RedisErrorReason(message: message)
    case .redis(.refused(_, let refusal)): refusal.reason
    case .redis, .outOfMemory, .unacknowledged, .mayEvict, .unexpectedReply: nil
    }
  }

  /// Why, for an operator who asks this process how it is: a phrase without a full stop, also where Redis' own words have one.
  public var reason: String {
    let words = words
    return words.hasSuffix(".") ? String(words.dropLast()) : words
  }

  private var words: String {
    switch self {
    case .redis(.refused(_, let refusal)): "Redis cannot be used: \(refusal)"
    case .redis(.unavailable(_, let reason)): "Redis cannot be reached: \(reason)"
    // Redis refuses nothing: it is the operator who wants replicas to acknowledge.
    case .redis(.replied(_, "WAIT", _)), .unacknowledged:
      "Too few replicas of Redis acknowledge what is written (REDIS_ACK_REPLICAS)"
    case .redis(.replied(_, _, let message)):
      "Redis refuses to work: \(RedisErrorReason(message: message).sentence)"
    case .redis(.suspect), .redis(.timedOut): "Redis does not answer"
    case .redis: "The connection to Redis was lost"
    case .outOfMemory: "Redis has reached its maxmemory"
    case .mayEvict(let policy): EvictionPolicy.sentence(policy)
    case .unexpectedReply: "Redis answers in another way than it should"
    }
  }

  public var description: String {
    switch self {
    case .redis(let error): "\(error)"
    case .outOfMemory(let use):
      "Redis has reached its maxmemory\(use.map { " and is full of \($0.phrase)" } ?? ""); "
        + "the queue takes nothing in until it has drained"
    case .mayEvict(let policy): EvictionPolicy.sentence(policy)
    case .unacknowledged: "it was done, but too few replicas of Redis acknowledge it"
    case .unexpectedReply(let step): "the step \"\(step)\" gave an answer of an unknown shape"
    }
  }
}

extension RedisError {
  /// Redis does not have the function library.
  var isFunctionMissing: Bool {
    guard case .replied(_, _, let message) = self else { return false }
    return message.hasPrefix("ERR Function not found")
  }
}
