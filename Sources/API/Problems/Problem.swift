import HTTPTypes
import NIOCore
import Shared

/// Why a request is refused or failed. The one place that decides an error's status, headers and wording.
enum Problem: Error, Sendable, Equatable {
  case badRequest(BadRequest)
  case invalidJSON(JSONParsingError)
  /// One for no key, an unknown, an expired and a revoked one, so that none can be told from another.
  case unauthorized
  case forbidden(AccessDenial)
  /// An administrator would give or change what is beyond his own.
  case beyondGrant(RecordFaults)
  case routeNotFound
  /// One for a job that never was, has expired or is another tenant's.
  case jobNotFound
  /// A tenant, key or the like that an administrator names and that is not there, or is not his to see.
  case recordNotFound(String)
  /// The sentence says what there is instead.
  case modelNotFound(String)
  /// A conversation, or an item of one, as the sentence says: one for what never was, is gone, or is another's.
  case conversationNotFound(String)
  /// A response in the conversation is being made, or it was changed a moment ago.
  case conversationLocked
  /// The methods that the path does have.
  case methodNotAllowed(allowed: [HTTPRequest.Method])
  case requestTimeout
  case conflict(Conflict)
  /// `If-Match` names another version of the record.
  case preconditionFailed
  case gone(Gone)
  case bodyTooLarge(limit: Int)
  /// `Expect` asks for something else than `100-continue`.
  case expectationFailed
  case unsupportedMediaType
  case validation(ValidationErrors)
  /// A limit or budget of the key, its user or its tenant, and what is left of the limit that refuses, where that is known.
  case limitReached(LimitRefusal, RateLimitStates? = nil)
  /// A job that waited for money, and for which there is none: the sentence is the job's.
  case budgetSpent(message: String, limit: String? = nil, scope: String? = nil)
  /// Too many keys that nobody has came from one address.
  case tooManyUnknownKeys(retryAfter: Duration)
  /// The tenant has as many jobs or bytes in the queue as it may.
  case tenantQueueIsFull(retryAfter: Duration)
  case headersTooLarge
  case internalError
  /// `message` is one sentence, `cascadePath` a JSON array as it is stored, `provider` what the one said whose answer
  /// broke off.
  case allProvidersFailed(message: String, cascadePath: ByteBuffer, provider: ProviderError? = nil)
  /// Every provider says that the request itself is wrong; `message` is one sentence, `provider` what the first said.
  case requestRefused(message: String, cascadePath: ByteBuffer, provider: ProviderError? = nil)
  /// The job goes on, but its caller has waited long enough.
  case waitIsOver(JobID)
  case unavailable(Cause, retryAfter: Duration)
  /// The job is written and may run, but too few replicas have it. A request that `isExact` under its idempotency key may
  /// come again.
  case unacknowledged(isExact: Bool)
  /// Redis did not say whether it took the job, which may run. A request that `isExact` under its idempotency key may come
  /// again.
  case unanswered(JobID, isExact: Bool)
  /// What was asked for is done, but too few replicas have it.
  case changeUnacknowledged
  /// What was to be made or added may be there: Redis, or enough replicas of it, did not say so in time.
  case additionUnacknowledged

  /// What is wrong with the HTTP of a request.
  enum BadRequest: Sendable, Hashable {
    case malformed
  }

  enum Conflict: Sendable, Hashable {
    case jobHasEnded(JobState)
    case idempotencyKeyReused
    /// There is a record of that id.
    case exists(String)
    /// Jobs of a tenant that is to be deleted have not ended.
    case tenantHasJobs(String, Int)
    /// The tenant is there always.
    case tenantStays(TenantID)
    /// No keys can be stored.
    case pepperIsMissing
    /// Keys are brought that were made with another pepper.
    case pepperDiffers
    /// Others change the record all the while.
    case recordIsContested
    /// Of a key that is rotated as many of before are still good as may be, until then (Unix milliseconds).
    case keysOverlap(KeyID, until: Int64)
    /// A dead letter that is to be requeued, for which no money is left.
    case deadLetterIsUnpaid
  }

  /// What gave way to new work when Redis ran short of memory.
  enum Gone: Sendable, Hashable {
    /// The answer to a request that comes again under its idempotency key.
    case answer(JobID)
    case events(JobID)
  }

  /// Why no work is taken.
  enum Cause: Sendable, Hashable {
    case redisIsAway
    /// It is there, and says no.
    case redisRefuses(RedisErrorReason)
    /// The same for operators, with the reason.
    case notReady(String)
    case queueIsFull
    /// What fills it; nil where that is not known.
    case redisIsFull(of: String?)
    /// This process holds as much of request bodies as it may.
    case bodiesFillMemory
    case draining
    /// Redis does not have the job any more: it failed over to a server without it, or has lost it.
    case jobIsLost
    /// A write would be refused, or not be acknowledged.
    case tooFewReplicas
    /// The records of the key are changed all the while.
    case recordsChange
  }
}

// MARK: - What clients see

extension Problem {
  var kind: ProblemKind {
    switch self {
    case .badRequest: .badRequest
    case .invalidJSON: .invalidJSON
    case .unauthorized: .unauthorized
    case .forbidden, .beyondGrant: .forbidden
    case .routeNotFound, .jobNotFound, .recordNotFound, .modelNotFound, .conversationNotFound: .notFound
    case .methodNotAllowed: .methodNotAllowed
    case .requestTimeout: .requestTimeout
    case .conflict: .conflict
    case .preconditionFailed: .preconditionFailed
    case .gone: .gone
    case .bodyTooLarge: .bodyTooLarge
    case .expectationFailed: .expectationFailed
    case .unsupportedMediaType: .unsupportedMediaType
    case .validation, .conversationLocked: .validation
    case .limitReached(let refusal, _): refusal.isOfBudget ? .budgetExceeded : .rateLimited
    case .budgetSpent: .budgetExceeded
    case .tooManyUnknownKeys, .tenantQueueIsFull: .rateLimited
    case .headersTooLarge: .headersTooLarge
    case .internalError: .internalError
    case .allProvidersFailed: .allProvidersFailed
    case .requestRefused: .allProvidersFailed
    case .waitIsOver: .timeout
    case .unavailable: .unavailable
    case .unacknowledged, .unanswered, .changeUnacknowledged, .additionUnacknowledged: .unacknowledged
    }
  }

  /// One sentence that a person can act on.
  var detail: String {
    switch self {
    case .badRequest(.malformed): "The request is not well-formed HTTP; check its headers and its length."
    case .invalidJSON(let error): "The body must be one JSON value in UTF-8: \(error)."
    case .unauthorized: "Send a valid key as X-API-Key, or as Authorization: Bearer."
    case .forbidden(let denial): Self.sentence(denial.description)
    case .routeNotFound: "There is no such route; GET /docs lists them all."
    case .jobNotFound: "There is no such job; it may have expired, so check the id or submit it again."
    case .beyondGrant(let faults): ValidationErrors(faults).sentence
    case .recordNotFound(let what): "There is no \(what) that this key reaches."
    case .modelNotFound(let sentence), .conversationNotFound(let sentence): sentence
    // OpenAI's words, by which clients know it.
    case .conversationLocked:
      "Another process is currently operating on this conversation. Please retry in a few seconds."
    case .methodNotAllowed(let allowed):
      "Use \(allowed.map(\.rawValue).joined(separator: " or ")) on this route."
    case .requestTimeout: "The body did not arrive in time; send the request again."
    case .conflict(.jobHasEnded(let state)): "The job has already ended as \(state.rawValue)."
    case .conflict(.idempotencyKeyReused):
      "This Idempotency-Key was used with another body; use a new key for a new request."
    case .conflict(.exists(let what)):
      "There is a record \(what) already; change it by PATCH, or choose another id."
    case .conflict(.tenantHasJobs(let tenant, let jobs)):
      "Tenant \(tenant) has \(jobs) \(jobs == 1 ? "job that has" : "jobs that have") not ended; let them end, or cancel them with ?force=true."
    case .conflict(.tenantStays(let tenant)):
      "Tenant \(tenant) is there always and cannot be deleted; disable it instead."
    case .conflict(.pepperIsMissing):
      "No keys can be stored without KEY_PEPPER; set it for all API processes, and keep it."
    case .conflict(.pepperDiffers):
      "These keys were made with another KEY_PEPPER, so none of them would be known here; set KEY_PEPPER=own,other for all API processes, then import them."
    case .conflict(.deadLetterIsUnpaid):
      "What is left of a hard budget that counts this job does not pay for it, so it stays a dead letter; raise the budget, or requeue it in the budget's next period."
    case .conflict(.keysOverlap(let id, let end)):
      "Of \(id) \(APIKey.mostReplaced) keys of before are still good, and no more may be; the next rotation with an overlap is possible at \(Timestamp.format(unixMilliseconds: end)), and one without ends them all."
    case .conflict(.recordIsContested):
      "Others are changing this record; read it again and send the change again."
    case .preconditionFailed:
      "The record has changed since that ETag; read it again and send the change again."
    case .gone(.answer(let id)):
      "This Idempotency-Key was answered as \(id), but the answer has given way to new work; use a new key to ask again."
    case .gone(.events(let id)):
      "The events of this job have given way to new work; read the job itself at /jobs/\(id)."
    case .bodyTooLarge(let limit): "The body may have \(limit) bytes; send a smaller one."
    case .expectationFailed: "Send no Expect header, or Expect: 100-continue."
    case .unsupportedMediaType: "Send the body as JSON, with Content-Type: application/json."
    case .validation(let errors): errors.sentence
    case .limitReached(let refusal, _): Self.sentence(refusal.sentence)
    case .budgetSpent(let message, _, _): message
    case .tooManyUnknownKeys(let retryAfter):
      "Too many unknown keys came from this address; try again in \(Self.wholeSeconds(retryAfter)) s with a valid one."
    case .tenantQueueIsFull(let retryAfter):
      "This tenant has as much in the queue as it may; try again in \(Self.wholeSeconds(retryAfter)) s."
    case .headersTooLarge: "Send fewer or shorter headers."
    case .internalError: "Something broke in the server; give its operator the request_id."
    case .allProvidersFailed(let message, _, _), .requestRefused(let message, _, _): message
    case .waitIsOver(let id):
      "There is no answer yet; the job goes on, so read it at /jobs/\(id), or send the same request again."
    case .unavailable(let cause, let retryAfter):
      "\(Self.phrase(cause)); try again in \(Self.wholeSeconds(retryAfter)) s."
    case .unacknowledged(isExact: true):
      "The request was taken, but too few replicas of Redis have it; send it again with the same Idempotency-Key."
    case .unacknowledged(isExact: false):
      "The request was taken and may run, but too few replicas of Redis have it; with an Idempotency-Key it could be sent again."
    case .unanswered(_, isExact: true):
      "Redis did not say whether it took the request, which may run; send it again with the same Idempotency-Key."
    case .unanswered(let id, isExact: false):
      "Redis did not say whether it took the request, which may run; look at /jobs/\(id) before you send it again, or use an Idempotency-Key."
    case .changeUnacknowledged:
      "It is done, but too few replicas of Redis have it, and a failover may undo it; look at it, and ask again if it is as before."
    case .additionUnacknowledged:
      "Redis, or enough replicas of it, did not say that it is done; look whether it is there before you send it again, or it may be there twice."
    }
  }

  /// What the response carries beside Content-Type.
  var headers: HTTPFields {
    switch self {
    case .unauthorized: [.wwwAuthenticate: "Bearer"]
    case .methodNotAllowed(let allowed):
      [.allow: allowed.map(\.rawValue).joined(separator: ", ")]
    case .limitReached(let refusal, _): Self.headers(of: refusal)
    // What is spent comes back with the next period at the earliest.
    case .budgetSpent: [.shouldRetry: "false"]
    case .tooManyUnknownKeys(let retryAfter),
      .tenantQueueIsFull(let retryAfter),
      .unavailable(_, let retryAfter):
      [.retryAfter: String(Self.wholeSeconds(retryAfter))]
    // The same request under the same key finds the same again.
    case .gone: [.shouldRetry: "false"]
    case .unacknowledged(isExact: true), .unanswered(_, isExact: true), .changeUnacknowledged:
      [.retryAfter: "1"]
    // It may run twice.
    case .unacknowledged(isExact: false), .unanswered(_, isExact: false), .additionUnacknowledged:
      [.shouldRetry: "false"]
    default: [:]
    }
  }

  private static func headers(of refusal: LimitRefusal) -> HTTPFields {
    var headers = HTTPFields()
    if refusal.isForGood { headers[.shouldRetry] = "false" }
    if let wait = refusal.retryAfter { headers[.retryAfter] = String(wholeSeconds(wait)) }
    return headers
  }

  /// The same as JSON; null where no time is known.
  static func seconds(_ duration: Duration?) -> JSONValue {
    duration.map { .integer(wholeSeconds($0)) } ?? .null
  }

  /// A phrase with a capital and a full stop.
  private static func sentence(_ phrase: String) -> String {
    phrase.prefix(1).uppercased() + phrase.dropFirst() + "."
  }

  private static func phrase(_ cause: Cause) -> String {
    switch cause {
    case .redisIsAway: "The queue cannot be reached"
    case .redisRefuses(let reason): "Redis refuses to work: \(reason.sentence)"
    case .notReady(let reason): reason
    case .queueIsFull: "The queue is full"
    case .redisIsFull(let what): "Redis has no memory left\(what.map { " and is full of \($0)" } ?? "")"
    case .bodiesFillMemory: "This server is reading as many large requests as it can hold"
    case .draining: "This server is about to stop"
    case .jobIsLost: "The job is lost, because Redis does not have it any more"
    case .tooFewReplicas: "Too few replicas of Redis are there to take a job in"
    case .recordsChange: "The records of this key are being changed"
    }
  }

  /// Rounded up, at least 1: a client that comes back after it is never too early.
  static func wholeSeconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    return max(1, attoseconds > 0 ? seconds + 1 : seconds)
  }
}

// MARK: - From stored outcomes

extension Problem {
  /// The code of a job that waited for money until there was none left for it.
  private static let budgetExceeded = "budget_exceeded"

  /// The problem of a job that failed for good, from the stored form of its ``JobFailure``.
  ///
  /// An error that cannot be read, which another version may have written, is an internal error.
  static func failed(storedError: ByteBuffer) -> Problem {
    guard let error = try? JSONParser.parse(storedError), let message = error["message"]?.string else {
      return .internalError
    }
    let cascadePath = (error["cascade_path"] ?? []).serialized()
    let provider = ProviderError(stored: error["provider_error"])
    if error["code"]?.string == budgetExceeded {
      return .budgetSpent(message: message, limit: error["limit"]?.string, scope: error["scope"]?.string)
    }
    return error["code"]?.string == JobFailure.Code.requestRefused.rawValue
      ? .requestRefused(message: message, cascadePath: cascadePath, provider: provider)
      : .allProvidersFailed(message: message, cascadePath: cascadePath, provider: provider)
  }
}
