import Shared

@testable import API

/// The limits and providers under which the tests' bodies are read: the defaults, with one key for Gemini.
enum SubmissionFixture {
  static let limits = RequestLimits(maxPromptChars: 4000, maxTokens: 2048, jobExpiresIn: .seconds(86_400))

  static let catalogs = CatalogSource(
    ProviderCatalog(
      providers: [
        Provider(
          name: "gemini", dialect: .gemini, baseURL: "http://gemini", access: .key(Secret("k")),
          defaultModel: "gemini-2.5-flash"),
        Provider(
          name: "groq", dialect: .chat, baseURL: "http://groq", access: .off(needs: "GROQ_API_KEY"),
          defaultModel: "llama"),
      ], prices: .list))

  static let query = Submission.querySchema(limits: limits, catalogs: catalogs)
  static let callbacks = CallbackPolicy(
    secret: WebhookSecret(parsing: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
  static let job = Submission.jobSchema(limits: limits, catalogs: catalogs, callbacks: callbacks)

  /// Reads a JSON text as a body of `POST /jobs`, which has every field.
  static func decode(_ text: String) throws -> Result<Submission, ValidationErrors> {
    job.decode(try JSONParser.parse(text))
  }

  /// A body with a prompt and one more field, written as JSON.
  static func body(_ name: String, _ json: String) -> String { #"{"prompt":"x","\#(name)":\#(json)}"# }

  /// The types of everything that is wrong with a JSON text, or none.
  static func faults(_ text: String) throws -> [String] {
    switch try decode(text) {
    case .success: []
    case .failure(let errors): errors.issues.map(\.fault.type)
    }
  }
}

extension Result where Failure == ValidationErrors {
  /// What is wrong, as it is sent.
  var issues: [JSONValue] {
    if case .failure(let errors) = self { errors.issues.map(\.json) } else { [] }
  }
}
