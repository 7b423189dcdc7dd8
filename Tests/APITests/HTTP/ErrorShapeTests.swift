import HTTPTypes
import NIOCore
import Shared
import Testing

@testable import API

@Suite("Whose form an error has")
struct ErrorShapeTests {
  @Test(
    "errors have the form of the API that a path belongs to",
    arguments: [
      ("/query", ErrorShape.problemDetails), ("/v1x", .problemDetails), ("/v1", .openAI),
      ("/v1/models", .openAI),
      ("/v1/models/{id}", .openAI), ("/v1/models/a:free", .openAI),
      ("/v1/models/{model}:generateContent", .google), ("/v1/models/a/b:countTokens", .google),
      ("/v1beta/models", .google), ("/v1beta", .google), ("/v1/messages", .anthropic),
      ("/v1/messages/count_tokens", .anthropic), ("/v1/messagesx", .openAI), ("/v1betas", .problemDetails),
    ])
  func shapes(path: String, shape: ErrorShape) { #expect(ErrorShape(path: path) == shape) }

  @Test(
    "a problem has Google's status and word",
    arguments: [
      (Problem.unauthorized, 401, "UNAUTHENTICATED"), (.routeNotFound, 404, "NOT_FOUND"),
      (.bodyTooLarge(limit: 1), 413, "INVALID_ARGUMENT"),
      (.methodNotAllowed(allowed: [.get]), 405, "UNIMPLEMENTED"),
      (.budgetSpent(message: "x"), 429, "RESOURCE_EXHAUSTED"), (.internalError, 500, "INTERNAL"),
      (.tooManyUnknownKeys(retryAfter: .seconds(3)), 429, "RESOURCE_EXHAUSTED"),
      (.unavailable(.queueIsFull, retryAfter: .seconds(3)), 503, "UNAVAILABLE"),
      (.allProvidersFailed(message: "x", cascadePath: ByteBuffer(string: "[]")), 502, "UNAVAILABLE"),
      (
        .requestRefused(
          message: "x", cascadePath: ByteBuffer(string: "[]"), provider: ProviderError(message: "said")), 400,
        "INVALID_ARGUMENT"
      ),
    ] as [(Problem, Int, String)])
  func google(problem: Problem, status: Int, word: String) throws {
    let rendered = ErrorShape.google.render(problem, requestID: "r")
    #expect(rendered.status.code == status && rendered.headers[.contentType] == "application/json")
    let error = try JSONParser.parse(rendered.body)["error"]
    #expect(error?["code"] == .integer(Int64(status)) && error?["status"] == .string(word))
    if let seconds = rendered.headers[.retryAfter] {
      #expect(error?["details"]?[0]?["retryDelay"] == .string("\(seconds)s"))
    }
    if case .requestRefused = problem { #expect(error?["message"] == "said") }
    if case .allProvidersFailed = problem { #expect(rendered.headers[.shouldRetry] == "false") }
  }

  @Test(
    "a problem has Anthropic's status and word",
    arguments: [
      (Problem.unauthorized, 401, "authentication_error"), (.routeNotFound, 404, "not_found_error"),
      (.modelNotFound("x"), 404, "not_found_error"), (.bodyTooLarge(limit: 1), 413, "request_too_large"),
      (.budgetSpent(message: "x"), 402, "billing_error"), (.internalError, 500, "api_error"),
      (.conflict(.idempotencyKeyReused), 409, "conflict_error"),
      (.tooManyUnknownKeys(retryAfter: .seconds(3)), 429, "rate_limit_error"),
      (.unavailable(.queueIsFull, retryAfter: .seconds(3)), 503, "overloaded_error"),
      (.waitIsOver(JobID(unixMilliseconds: 1)), 504, "timeout_error"),
      (.unsupportedMediaType, 415, "invalid_request_error"),
      (.allProvidersFailed(message: "x", cascadePath: ByteBuffer(string: "[]")), 502, "api_error"),
      (
        .requestRefused(
          message: "x", cascadePath: ByteBuffer(string: "[]"), provider: ProviderError(message: "said")), 400,
        "invalid_request_error"
      ),
    ] as [(Problem, Int, String)])
  func anthropic(problem: Problem, status: Int, word: String) throws {
    let rendered = ErrorShape.anthropic.render(problem, requestID: "r")
    #expect(rendered.status.code == status && rendered.headers[.contentType] == "application/json")
    let body = try JSONParser.parse(rendered.body)
    #expect(body["type"] == "error" && body["request_id"] == "r")
    #expect(body["error"]?["type"]?.string == word)
    #expect(body["error"]?["message"]?.string?.isEmpty == false)
    if case .requestRefused = problem { #expect(body["error"]?["message"] == "said") }
    if case .allProvidersFailed = problem { #expect(rendered.headers[.shouldRetry] == "false") }
  }

  @Test("a conversation that is too long is refused in the words by which Claude Code knows it")
  func overflow() throws {
    for message in ["maximum context length is 8192 tokens", "prompt is too long: 9 tokens > 8 maximum"] {
      let error = ProviderError(message: message, code: "context_length_exceeded")
      let problem = Problem.requestRefused(
        message: "x", cascadePath: ByteBuffer(string: "[]"), provider: error)
      let body = try JSONParser.parse(ErrorShape.anthropic.render(problem, requestID: "r").body)
      let told = try #require(body["error"]?["message"]?.string)
      #expect(told.hasPrefix("prompt is too long: ") && told.hasSuffix(message))
    }
  }

  @Test("what is wrong is named with dots, as Anthropic does")
  func paths() throws {
    let fault = ValidationIssue(.missing, at: ["body", "messages", 0, "content"])
    let problem = Problem.validation(ValidationErrors(fault))
    let rendered = ErrorShape.anthropic.render(problem, requestID: "r")
    #expect(rendered.status.code == 400)
    let error = try JSONParser.parse(rendered.body)["error"]
    #expect(error?["message"] == "messages.0.content: Field required")
  }
}
