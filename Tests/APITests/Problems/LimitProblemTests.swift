import HTTPTypes
import NIOCore
import Shared
import Testing

@testable import API

@Suite("What a refusal by a limit says")
struct LimitProblemTests {
  @Test("on native routes, whose limit and which, and when to come back")
  func native() throws {
    let problem = Problem.limitReached(LimitSamples.minute).problemDetails(requestID: "r")
    let body = try JSONParser.parse(problem.body)
    #expect(body["detail"] == "Tenant search may ask 100 requests a minute; the next is possible in 4 s.")
    #expect(body["limit"] == "100 requests/minute" && body["scope"] == "tenant" && body["retry_after"] == 4)
    #expect(problem.status == .tooManyRequests && problem.headers[.retryAfter] == "4")
  }

  @Test("a request that alone is over a limit is not to be sent again")
  func alone() throws {
    let problem = Problem.limitReached(LimitSamples.alone).problemDetails(requestID: "r")
    let body = try JSONParser.parse(problem.body)
    #expect(body["scope"] == "key" && body["retry_after"] == .null)
    #expect(problem.headers[.shouldRetry] == "false" && problem.headers[.retryAfter] == nil)
  }

  @Test("a spent budget is 402, and to OpenAI's clients a 429 that they do not send again")
  func budget() throws {
    for problem in [Problem.limitReached(LimitSamples.budget), .budgetSpent(message: "Spent.")] {
      #expect(problem.problemDetails(requestID: "r").status.code == 402)
      let openAI = problem.openAIError(requestID: "r")
      let error = try JSONParser.parse(openAI.body)["error"]
      #expect(openAI.status == .tooManyRequests && openAI.headers[.shouldRetry] == "false")
      #expect(error?["type"] == "insufficient_quota" && error?["code"] == "insufficient_quota")
    }
  }

  @Test("a job that failed for want of money says so")
  func failedJob() throws {
    let failure = JobFailure(code: .budgetExceeded, message: "The budget was spent meanwhile.")
    #expect(
      Problem.failed(storedError: failure.encoded())
        == .budgetSpent(message: "The budget was spent meanwhile."))
    let stored =
      #"{"code":"budget_exceeded","message":"Spent.","cascade_path":[],"limit":"5/day","scope":"key"}"#
    let problem = Problem.failed(storedError: ByteBuffer(string: stored))
    let told = [
      try JSONParser.parse(problem.problemDetails(requestID: "r").body),
      try JSONParser.parse(problem.openAIError(requestID: "r").body)["error"],
    ]
    for error in told {
      #expect(error?["limit"] == "5/day" && error?["scope"] == "key" && error?["retry_after"] == .null)
    }
  }
}
