import Logging
import Synchronization

/// Tells the operator of words for the end of an answer that Sluice does not know, each once for each provider: the answer
/// stands, but a word may mean more than that it ended.
final class UnknownWords: Sendable {
  private struct Word: Hashable {
    let provider: String
    let word: String
  }

  /// A provider could make up a new one each time.
  private static let limit = 256

  private let told = Mutex<Set<Word>>([])
  private let logger: Logger

  init(logger: Logger) { self.logger = logger }

  func note(_ word: String?, of provider: String) {
    guard let word else { return }
    let isNew = told.withLock { told in
      told.count < Self.limit && told.insert(Word(provider: provider, word: String(word.prefix(64)))).inserted
    }
    if isNew {
      logger.warning(
        "a provider's word for the end of an answer is unknown and counts as stop",
        metadata: ["provider": "\(provider)", "finish_reason": "\(word.prefix(64))"])
    }
  }
}
