import Shared

/// What is asked of a provider; each operation may have a path of its own.
enum ProviderOperation: Sendable, Hashable, CaseIterable {
  /// An answer that comes whole.
  case chat
  /// An answer that comes as server-sent events.
  case chatStream
  case embeddings

  init(_ request: JobRequest, streams: Bool) {
    switch request {
    case .chat: self = streams ? .chatStream : .chat
    case .embedding: self = .embeddings
    }
  }
}
