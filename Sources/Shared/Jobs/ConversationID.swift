/// The name of one conversation: made as those of jobs are, so it sorts by time, cannot be guessed, and is safe inside a
/// Redis key.
public struct ConversationID: Sendable, Hashable {
  private static let prefix = "conv_"
  /// As long as a job's, for they stand side by side in indexes.
  private static let storedPrefix = "cnv_"

  private let token: String

  /// A new id. `unixMilliseconds` is the time of its making, by the clock of whoever makes it.
  public init(unixMilliseconds: Int64) {
    token = ResponseID.token(of: JobID(unixMilliseconds: unixMilliseconds))
  }

  /// Reads ``text``; nil for what is no such id.
  public init?(_ text: String) { self.init(text, behind: Self.prefix) }

  /// Reads ``rawValue``; nil for what is no such id.
  init?(rawValue: String) { self.init(rawValue, behind: Self.storedPrefix) }

  private init?(_ text: String, behind prefix: String) {
    guard text.hasPrefix(prefix), let job = JobID(rawValue: "job_" + text.dropFirst(prefix.count)) else {
      return nil
    }
    token = ResponseID.token(of: job)
  }

  /// As its client knows it, such as `conv_…`.
  public var text: String { Self.prefix + token }

  /// As the queue knows it.
  var rawValue: String { Self.storedPrefix + token }
}
