/// A stored job that this version cannot read: written by another version, or damaged.
public enum StoredJobError: Error, Sendable, Equatable, CustomStringConvertible {
  /// `what` names the part of the job.
  case unreadable(what: String, String)

  public var description: String {
    switch self {
    case .unreadable(let what, let why): "the stored \(what) cannot be read: \(why)"
    }
  }
}
