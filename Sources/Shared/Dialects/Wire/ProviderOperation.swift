/// What is asked of a provider; each operation may have a path of its own.
public enum ProviderOperation: Sendable, Hashable, CaseIterable {
  /// An answer that comes whole.
  case chat
  /// An answer that comes as server-sent events.
  case chatStream
  case embeddings
  /// A text that goes on, whole.
  case completion
  /// The same as server-sent events.
  case completionStream
  case moderation
  /// How many tokens a prompt has.
  case count
}
