extension ErrorShape {
  /// The Content-Type of an error.
  var contentType: String {
    switch self {
    case .problemDetails: "application/problem+json"
    case .openAI: "application/json"
    }
  }

  /// The name of an error's schema among the components of the OpenAPI document.
  var schemaName: String {
    switch self {
    case .problemDetails: "Problem"
    case .openAI: "OpenAIError"
    }
  }

  /// When a kind of problem occurs, as its form tells it.
  func sentence(of kind: ProblemKind) -> String {
    switch (self, kind) {
    case (.openAI, .validation):
      "A member is missing, of the wrong type or out of range; `param` and `message` tell the first."
    case (.openAI, .notFound): "There is no such model."
    default: kind.meaning
    }
  }

  /// When a 400 of OpenAI's form says what providers said; on native routes that is a 502.
  static let refusal = "Every provider says that the request itself is wrong; `code` is `request_refused`."
}
