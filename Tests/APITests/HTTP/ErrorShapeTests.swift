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
      ("/v1beta/models", .google), ("/v1beta", .google), ("/v1betas", .problemDetails),
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
}
