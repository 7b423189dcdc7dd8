import FoundationEssentials

/// The process's environment variables, read once at start.
public struct ProcessEnvironment: Sendable {
  private let values: [String: String]

  public init(_ values: [String: String]) { self.values = values }

  /// The environment of this process.
  public static var current: ProcessEnvironment { ProcessEnvironment(ProcessInfo.processInfo.environment) }

  /// The value of a variable, or its default. An empty value counts as unset, as in compose files.
  ///
  /// Throws ``ConfigurationError`` when it holds something that is not allowed, or is unset without default.
  public func read<Value>(_ variable: Variable<Value>) throws(ConfigurationError) -> Value {
    if let value = try readIfSet(variable) { return value }
    guard let text = variable.defaultText, let value = variable.parse(text) else {
      throw ConfigurationError("\(variable.name) is not set; allowed is \(variable.allowed)")
    }
    return value
  }

  /// The value of a variable, or nil when it is unset or empty, without regard to its default.
  public func readIfSet<Value>(_ variable: Variable<Value>) throws(ConfigurationError) -> Value? {
    guard let text = try text(of: variable) else { return nil }
    guard let value = variable.parse(text) else {
      throw .wrongValue(
        of: variable.name, holds: variable.isSecret ? nil : text, because: variable.fault(text),
        allowed: variable.allowed)
    }
    return value
  }

  private func text<Value>(of variable: Variable<Value>) throws(ConfigurationError) -> String? {
    if let text = values[variable.name], !text.isEmpty { return text }
    guard variable.isSecret, let path = values[variable.name + "_FILE"], !path.isEmpty else { return nil }
    guard let content = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw ConfigurationError("\(variable.name)_FILE names the file \"\(path)\", which cannot be read")
    }
    return String(content.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
