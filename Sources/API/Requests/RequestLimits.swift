import Shared

/// The configured bounds and defaults of a request.
struct RequestLimits: Sendable, Hashable {
  /// The longest prompt or conversation, in Unicode scalars (`MAX_PROMPT_CHARS`).
  var maxPromptChars: Int
  /// The largest `max_tokens` (`MAX_TOKENS`).
  var maxTokens: Int
  /// How long a job may wait when its client does not say (`JOB_EXPIRES_IN`).
  var jobExpiresIn: Duration

  init(maxPromptChars: Int, maxTokens: Int, jobExpiresIn: Duration) {
    self.maxPromptChars = maxPromptChars
    self.maxTokens = maxTokens
    self.jobExpiresIn = jobExpiresIn
  }

  init(_ environment: ProcessEnvironment) throws(ConfigurationError) {
    maxPromptChars = try environment.read(Variables.maxPromptChars)
    maxTokens = try environment.read(Variables.maxTokens)
    jobExpiresIn = try environment.read(Variables.jobExpiresIn)
  }
}
