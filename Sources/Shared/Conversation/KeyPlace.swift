/// Which key a provider was asked with, where it has several or the tenant brings its own. Its text is never told.
public enum KeyPlace: Sendable, Hashable, CustomStringConvertible {
  /// Its place in the provider's `keys`, from 1.
  case listed(Int)
  /// The tenant's own.
  case own

  /// Reads ``description``; nil for anything else.
  public init?(description: String) {
    if description == "own" {
      self = .own
    } else if let number = Int(description), number > 0 {
      self = .listed(number)
    } else {
      return nil
    }
  }

  public var description: String {
    switch self {
    case .listed(let number): "\(number)"
    case .own: "own"
    }
  }
}
