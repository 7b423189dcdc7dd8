/// A configuration that cannot be used; its description is one line for the operator, without secrets.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }

  /// `holds` is nil for a secret: only that it is wrong may be said. Where a reason is known, that is enough: whatever a URL
  /// has in a wrong place may be a part of its password.
  static func wrongValue(
    of name: String, holds: String?, because reason: String? = nil, allowed: String
  ) -> ConfigurationError {
    let shown = quoted(reason == nil ? holds : nil)
    return ConfigurationError(
      "\(name) holds \(shown)\(reason.map { ": \($0)" } ?? ""); allowed is \(allowed)")
  }

  /// A value as a message may repeat it: on one line, and not without end. What is nil, or is a URL that may hold
  /// a password, is not shown.
  static func quoted(_ text: String?) -> String {
    guard let text, !(text.contains("://") && (text.contains("@") || text.contains("password"))) else {
      return "a value that is not shown"
    }
    return "\"\(printable(text))\""
  }

  static func printable(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(100).map { scalar -> Unicode.Scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: " "
      default: scalar
      }
    }
    return String(String.UnicodeScalarView(shown)) + (text.unicodeScalars.count > 100 ? "…" : "")
  }
}
