import HTTPTypes
import NIOCore
import Shared
import Testing

@testable import API

/// One row of the contract's table of errors.
struct ProblemRow: Sendable, CustomTestStringConvertible {
  let problem: Problem
  let status: Int
  let suffix: String
  let headers: HTTPFields

  var testDescription: String { "\(status) \(suffix)" }

  init(_ problem: Problem, _ status: Int, _ suffix: String, _ headers: HTTPFields = [:]) {
    self.problem = problem
    self.status = status
    self.suffix = suffix
    self.headers = headers
  }
}

@Suite("Problems")
struct ProblemTests {
  static let rows = [
    ProblemRow(.badRequest(.malformed), 400, "bad-request"),
    ProblemRow(.invalidJSON(.duplicateKey(name: "a", offset: 3)), 400, "invalid-json"),
    ProblemRow(.unauthorized, 401, "unauthorized", [.wwwAuthenticate: "Bearer"]),
    ProblemRow(.forbidden(.lacksScope(.ask)), 403, "forbidden"),
    ProblemRow(.forbidden(.mayNotAsk(model: "m", of: "this key")), 403, "forbidden"),
    ProblemRow(.forbidden(.tenantIsDisabled(.default)), 403, "forbidden"),
    ProblemRow(.beyondGrant(RecordFaults([RecordDesk.noTenant])), 403, "forbidden"),
    ProblemRow(.limitReached(LimitSamples.minute), 429, "rate-limited", [.retryAfter: "4"]),
    ProblemRow(.limitReached(LimitSamples.alone), 429, "rate-limited", [.shouldRetry: "false"]),
    ProblemRow(.limitReached(LimitSamples.budget), 402, "budget-exceeded", [.shouldRetry: "false"]),
    ProblemRow(
      .budgetSpent(message: "The budget is spent."), 402, "budget-exceeded", [.shouldRetry: "false"]),
    ProblemRow(.tooManyUnknownKeys(retryAfter: .seconds(9)), 429, "rate-limited", [.retryAfter: "9"]),
    ProblemRow(.recordNotFound("tenant a"), 404, "not-found"),
    ProblemRow(.preconditionFailed, 412, "precondition-failed"),
    ProblemRow(.conflict(.exists("search")), 409, "conflict"),
    ProblemRow(.conflict(.tenantHasJobs("search", 2)), 409, "conflict"),
    ProblemRow(.conflict(.tenantStays(.default)), 409, "conflict"),
    ProblemRow(.conflict(.pepperIsMissing), 409, "conflict"),
    ProblemRow(.conflict(.recordIsContested), 409, "conflict"),
    ProblemRow(.conflict(.deadLetterIsUnpaid), 409, "conflict"),
    ProblemRow(.routeNotFound, 404, "not-found"),
    ProblemRow(.jobNotFound, 404, "not-found"),
    ProblemRow(
      .methodNotAllowed(allowed: [.get, .delete]), 405, "method-not-allowed", [.allow: "GET, DELETE"]),
    ProblemRow(.requestTimeout, 408, "request-timeout"),
    ProblemRow(.conflict(.jobHasEnded(.succeeded)), 409, "conflict"),
    ProblemRow(.conflict(.idempotencyKeyReused), 409, "conflict"),
    ProblemRow(.gone(.answer(JobID(unixMilliseconds: 1))), 410, "gone", [.shouldRetry: "false"]),
    ProblemRow(.gone(.events(JobID(unixMilliseconds: 1))), 410, "gone", [.shouldRetry: "false"]),
    ProblemRow(
      .unavailable(.redisIsFull(of: "event logs (1 MiB)"), retryAfter: .seconds(5)), 503, "unavailable",
      [.retryAfter: "5"]),
    ProblemRow(.bodyTooLarge(limit: 1024), 413, "body-too-large"),
    ProblemRow(.expectationFailed, 417, "expectation-failed"),
    ProblemRow(
      .unavailable(.bodiesFillMemory, retryAfter: .seconds(1)), 503, "unavailable", [.retryAfter: "1"]),
    ProblemRow(.unsupportedMediaType, 415, "unsupported-media-type"),
    ProblemRow(
      .validation(ValidationErrors(ValidationIssue(.missing, at: ["body", "prompt"]))), 422, "validation"),
    ProblemRow(.tooManyUnknownKeys(retryAfter: .milliseconds(1)), 429, "rate-limited", [.retryAfter: "1"]),
    ProblemRow(.tooManyUnknownKeys(retryAfter: .milliseconds(5001)), 429, "rate-limited", [.retryAfter: "6"]),
    ProblemRow(.tooManyUnknownKeys(retryAfter: .seconds(5)), 429, "rate-limited", [.retryAfter: "5"]),
    ProblemRow(.headersTooLarge, 431, "headers-too-large"),
    ProblemRow(.internalError, 500, "internal-error"),
    ProblemRow(
      .allProvidersFailed(message: "All said no.", cascadePath: ByteBuffer(string: "[]")), 502,
      "all-providers-failed"),
    ProblemRow(
      .requestRefused(message: "All said no.", cascadePath: ByteBuffer(string: "[]")), 502,
      "all-providers-failed"),
    ProblemRow(.modelNotFound("There is none."), 404, "not-found"),
    ProblemRow(.waitIsOver(JobID(unixMilliseconds: 1)), 504, "timeout"),
    ProblemRow(.unavailable(.redisIsAway, retryAfter: .zero), 503, "unavailable", [.retryAfter: "1"]),
    ProblemRow(
      .unavailable(.redisRefuses(.noPermission), retryAfter: .seconds(1)), 503, "unavailable",
      [.retryAfter: "1"]),
    ProblemRow(
      .unavailable(.notReady("Redis is being looked at"), retryAfter: .seconds(1)), 503, "unavailable",
      [.retryAfter: "1"]),
    ProblemRow(.unavailable(.queueIsFull, retryAfter: .seconds(2)), 503, "unavailable", [.retryAfter: "2"]),
    ProblemRow(.unavailable(.draining, retryAfter: .seconds(1)), 503, "unavailable", [.retryAfter: "1"]),
    ProblemRow(.unavailable(.jobIsLost, retryAfter: .seconds(1)), 503, "unavailable", [.retryAfter: "1"]),
    ProblemRow(
      .unavailable(.tooFewReplicas, retryAfter: .seconds(1)), 503, "unavailable", [.retryAfter: "1"]),
    ProblemRow(.unacknowledged(isExact: true), 503, "unacknowledged", [.retryAfter: "1"]),
    ProblemRow(.unacknowledged(isExact: false), 503, "unacknowledged", [.shouldRetry: "false"]),
    ProblemRow(
      .unanswered(JobID(unixMilliseconds: 1), isExact: true), 503, "unacknowledged", [.retryAfter: "1"]),
    ProblemRow(
      .unanswered(JobID(unixMilliseconds: 1), isExact: false), 503, "unacknowledged", [.shouldRetry: "false"]),
    ProblemRow(.changeUnacknowledged, 503, "unacknowledged", [.retryAfter: "1"]),
    ProblemRow(.additionUnacknowledged, 503, "unacknowledged", [.shouldRetry: "false"]),
  ]

  @Test("each row of the contract is rendered with its status, type and headers", arguments: rows)
  func rendering(row: ProblemRow) throws {
    let rendered = row.problem.problemDetails(requestID: "r-\"1\"")
    var headers = row.headers
    headers[.contentType] = "application/problem+json"
    #expect(rendered.headers == headers)
    #expect(rendered.status.code == row.status)

    let body = try JSONParser.parse(rendered.body)
    #expect(body["type"]?.string == "/problems/\(row.suffix)")
    #expect(body["status"]?.integer == Int64(row.status))
    #expect(body["title"]?.string?.isEmpty == false)
    #expect(body["request_id"] == "r-\"1\"")
    let detail = try #require(body["detail"]?.string)
    #expect(detail.hasSuffix("."), "the detail is a sentence: \(detail)")
    #expect(detail.first?.isLowercase == false)
  }

  @Test("what may have been added all the same is not told to come again; what was not sent is")
  func additions() {
    let maybe: [RedisError] = [
      .timedOut(server: "s", command: "FCALL", after: .seconds(2)),
      .connectionLost(server: "s", command: "FCALL"),
    ]
    for error in maybe.map(QueueError.redis) + [.unacknowledged] {
      #expect(Problem.adding(error) == .additionUnacknowledged)
    }
    #expect(
      Problem.adding(.redis(.suspect(server: "s"))) == .unavailable(.redisIsAway, retryAfter: .seconds(1)))
  }

  @Test("every kind has a row")
  func complete() {
    #expect(Set(Self.rows.map(\.suffix)) == Set(ProblemKind.allCases.map(\.rawValue)))
  }

  @Test("validation errors are listed, and the detail names the first")
  func validation() throws {
    var errors = ValidationErrors(
      ValidationIssue(.greaterThan(2048), at: ["body", "max_tokens"]))
    #expect(
      Problem.validation(errors).detail
        == "Correct max_tokens: Input should be less than or equal to 2048.")
    errors.add(.missing, at: ["body", "messages", 0, "role"])
    let body = try JSONParser.parse(Problem.validation(errors).problemDetails(requestID: "r").body)
    #expect(
      body["errors"] == [
        [
          "loc": ["body", "max_tokens"], "msg": "Input should be less than or equal to 2048",
          "type": "less_than_equal", "ctx": ["le": 2048],
        ],
        ["loc": ["body", "messages", 0, "role"], "msg": "Field required", "type": "missing"],
      ])
    #expect(
      body["detail"]
        == "Correct 2 things, first max_tokens: Input should be less than or equal to 2048.")
  }

  @Test("a job's stored failure becomes a 502 that tells its cascade")
  func storedFailure() throws {
    let failure = JobFailure(
      code: .allProvidersFailed, message: "Every provider refused.",
      cascadePath: [
        CascadeStep(
          provider: "groq", model: "m", status: .failed, reason: "bad request (400)",
          latency: .milliseconds(41))
      ])
    let rendered = Problem.failed(storedError: failure.encoded()).problemDetails(requestID: "r")
    let body = try JSONParser.parse(rendered.body)
    #expect(rendered.status == .badGateway)
    #expect(body["detail"] == "Every provider refused.")
    #expect(body["cascade_path"]?[0]?["reason"] == "bad request (400)")
  }

  @Test(
    "a stored failure that cannot be read is an internal error",
    arguments: ["", "[]", "{\"message\":1}"])
  func unreadableFailure(text: String) {
    #expect(Problem.failed(storedError: ByteBuffer(string: text)).kind == .internalError)
  }

  @Test("an unknown job and an unknown route cannot be told apart by type or status")
  func notFound() {
    #expect(Problem.jobNotFound.kind == Problem.routeNotFound.kind)
  }
}
