import HTTPTypes

/// How a route writes its errors.
enum ErrorShape: Sendable {
  /// RFC 9457, on Sluice's own routes.
  case problemDetails
  /// OpenAI's, on the routes that its clients ask.
  case openAI
  /// Anthropic's, on the routes that its clients ask.
  case anthropic
  /// Google's, on the routes that Gemini's clients ask.
  case google

  /// `path` as a route's description has it, or as it was sent.
  init(path: String) {
    if path == "/v1beta" || path.hasPrefix("/v1beta/") {
      self = .google
    } else if path.hasPrefix("/v1/models/"), let method = path.split(separator: ":").last,
      GeminiMethod(rawValue: String(method)) != nil
    {
      self = .google
    } else if path == "/v1/messages" || path.hasPrefix("/v1/messages/") {
      self = .anthropic
    } else {
      self = path == "/v1" || path.hasPrefix("/v1/") ? .openAI : .problemDetails
    }
  }

  /// The status of a kind of problem; the others know no 422, and OpenAI and Google no 402.
  func status(of kind: ProblemKind) -> HTTPResponse.Status {
    switch (self, kind) {
    case (.openAI, .validation), (.google, .validation), (.anthropic, .validation): .badRequest
    case (.openAI, .budgetExceeded), (.google, .budgetExceeded): .tooManyRequests
    default: kind.status
    }
  }

  func render(_ problem: Problem, requestID: String) -> RenderedProblem {
    switch self {
    case .problemDetails: problem.problemDetails(requestID: requestID)
    case .openAI: problem.openAIError(requestID: requestID)
    case .anthropic: problem.anthropicError(requestID: requestID)
    case .google: problem.googleError()
    }
  }
}
