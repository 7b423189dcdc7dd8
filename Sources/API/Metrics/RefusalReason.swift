import Shared

/// What refuses a request before anybody is asked, in the words of metrics.
enum RefusalReason: String, CaseIterable {
  /// A limit of requests, or of tokens, of a key, its user or its tenant.
  case requests, tokens
  /// A limit of what waits.
  case queued
  case budget
  /// `TENANT_MAX_QUEUE` or `TENANT_MAX_QUEUE_BYTES`.
  case tenantQueue = "tenant_queue"
  /// `MAX_QUEUE` or `MAX_QUEUE_BYTES`.
  case queue
  case redisFull = "redis_full"
  case redisAway = "redis_away"
  case replicas
  /// `MAX_HELD_BYTES`.
  case heldBytes = "held_bytes"
  case unknownKeys = "unknown_keys"
}

extension Problem {
  /// Nil where it is no limit that refuses.
  var refusalReason: RefusalReason? {
    switch self {
    case .limitReached(let refusal, _):
      switch refusal.cause {
      case .rate(let demand, _): demand.unit == .tokens ? .tokens : .requests
      case .queued: .queued
      case .budget: .budget
      }
    case .budgetSpent: .budget
    case .tenantQueueIsFull: .tenantQueue
    case .tooManyUnknownKeys: .unknownKeys
    case .unavailable(.queueIsFull, _): .queue
    case .unavailable(.redisIsFull, _): .redisFull
    case .unavailable(.redisIsAway, _), .unavailable(.redisRefuses, _): .redisAway
    case .unavailable(.tooFewReplicas, _): .replicas
    case .unavailable(.bodiesFillMemory, _): .heldBytes
    default: nil
    }
  }
}
