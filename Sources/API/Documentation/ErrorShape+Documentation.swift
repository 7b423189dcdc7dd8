extension ErrorShape {
  /// The Content-Type of an error.
  var contentType: String {
    switch self {
    case .problemDetails: "application/problem+json"
    case .openAI, .anthropic, .google: "application/json"
    }
  }

  /// The name of an error's schema among the components of the OpenAPI document.
  var schemaName: String {
    switch self {
    case .problemDetails: "Problem"
    case .openAI: "OpenAIError"
    case .anthropic: "AnthropicError"
    case .google: "GoogleError"
    }
  }

  /// When a kind of problem occurs, as its form tells it.
  func sentence(of kind: ProblemKind) -> String {
    switch (self, kind) {
    case (.openAI, .validation):
      "A member is missing, of the wrong type or out of range; `param` and `message` tell the first."
    case (.anthropic, .validation):
      "A member is missing, of the wrong type or out of range; `message` tells the first."
    case (.google, .validation):
      "A member is missing, of the wrong type or out of range; `details` tells which."
    case (.openAI, .notFound), (.anthropic, .notFound), (.google, .notFound): "There is no such model."
    default: kind.meaning
    }
  }

  /// When a 400 says what providers said; on native routes that is a 502.
  var refusal: String {
    let what = "Every provider says that the request itself is wrong"
    return self == .openAI ? "\(what); `code` is `request_refused`." : "\(what)."
  }
}
