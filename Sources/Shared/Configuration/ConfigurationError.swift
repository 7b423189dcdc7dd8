/// A configuration that cannot be used; its description is one line for the operator, without secrets.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }

  /// `holds` is nil for a secret: only that it is wrong may be said.
  static func wrongValue(of name: String, holds: String?, allowed: String) -> ConfigurationError {
    let shown = holds.map { "\"\($0.prefix(100).filter { !$0.isNewline })\"" } ?? "a value that is not shown"
    return ConfigurationError("\(name) holds \(shown); allowed is \(allowed)")
  }
}
