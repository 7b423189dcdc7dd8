import HTTPTypes

/// How a route writes its errors.
enum ErrorShape: Sendable {
  /// RFC 9457, on Sluice's own routes.
  case problemDetails
  /// OpenAI's, on the routes that its clients ask.
  case openAI

  init(path: String) {
    self = path == "/v1" || path.hasPrefix("/v1/") ? .openAI : .problemDetails
  }

  /// The status of a kind of problem; OpenAI knows no 422 and no 402.
  func status(of kind: ProblemKind) -> HTTPResponse.Status {
    switch (self, kind) {
    case (.openAI, .validation): .badRequest
    case (.openAI, .budgetExceeded): .tooManyRequests
    default: kind.status
    }
  }

  func render(_ problem: Problem, requestID: String) -> RenderedProblem {
    switch self {
    case .problemDetails: problem.problemDetails(requestID: requestID)
    case .openAI: problem.openAIError(requestID: requestID)
    }
  }
}
