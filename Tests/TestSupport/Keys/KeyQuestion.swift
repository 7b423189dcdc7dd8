/// What a client asked, and as whom.
public struct KeyQuestion: Sendable, Hashable {
  public let tenant: String
  /// The key's id.
  public let key: String
  public let user: String?
  public let model: String
  /// Questions of one kind are equally long and are answered with equally many tokens.
  public let kind: String

  public init(tenant: String, key: String, user: String?, model: String, kind: String) {
    self.tenant = tenant
    self.key = key
    self.user = user
    self.model = model
    self.kind = kind
  }
}

/// A refusal, as the client was told it.
public struct KeyRefusal: Sendable {
  public let question: KeyQuestion
  /// When it asked, and when it had the answer: microseconds of this machine's clock, which is Redis' own.
  public let asked: ClosedRange<Int64>
  /// As the answer names it, such as `30 requests/second`.
  public let limit: String
  /// `tenant`, `user` or `key`.
  public let scope: String

  public init(question: KeyQuestion, asked: ClosedRange<Int64>, limit: String, scope: String) {
    self.question = question
    self.asked = asked
    self.limit = limit
    self.scope = scope
  }
}
