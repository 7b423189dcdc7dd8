/// One environment variable, declared once: how it is read, its error, `--help` and the documentation's
/// table all come from here.
public struct Variable<Value: Sendable>: Sendable {
  public let name: String
  /// What it sets, as a phrase without a full stop.
  public let meaning: String
  /// What it may hold, as a phrase that ends "allowed is …".
  public let allowed: String
  /// The default as it would be written in the environment; nil when there is none.
  public let defaultText: String?
  /// A secret is never shown, and may also come from a file named by `<name>_FILE`.
  public let isSecret: Bool
  let parse: @Sendable (String) -> Value?
  /// What is wrong with a value that cannot be parsed, as a phrase without secrets; nil where no more can be said than
  /// what is allowed.
  let fault: @Sendable (String) -> String?

  public init(
    _ name: String, _ meaning: String, allowed: String, default defaultText: String? = nil,
    isSecret: Bool = false, parse: @escaping @Sendable (String) -> Value?,
    because fault: @escaping @Sendable (String) -> String? = { _ in nil }
  ) {
    self.name = name
    self.meaning = meaning
    self.allowed = allowed
    self.defaultText = defaultText
    self.isSecret = isSecret
    self.parse = parse
    self.fault = fault
  }

  /// The declaration without its type, for lists.
  public var documentation: VariableDocumentation {
    VariableDocumentation(
      name: name, meaning: meaning, allowed: allowed, defaultText: defaultText, isSecret: isSecret)
  }
}

/// What people are told of a variable.
public struct VariableDocumentation: Sendable, Hashable {
  public let name: String
  public let meaning: String
  public let allowed: String
  public let defaultText: String?
  public let isSecret: Bool
}

// MARK: - Common kinds

extension Variable where Value == String {
  static func text(_ name: String, _ meaning: String, default defaultText: String) -> Variable {
    Variable(name, meaning, allowed: "any text", default: defaultText) { $0 }
  }
}

extension Variable where Value == Secret {
  static func secret(_ name: String, _ meaning: String) -> Variable {
    Variable(name, meaning, allowed: "visible ASCII characters without spaces", isSecret: true) { text in
      text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? Secret(text) : nil
    }
  }
}

extension Variable where Value == Bool {
  static func flag(_ name: String, _ meaning: String, default defaultValue: Bool) -> Variable {
    Variable(name, meaning, allowed: "`true` or `false`", default: String(defaultValue)) {
      Bool($0.lowercased())
    }
  }
}

extension Variable where Value == Int {
  static func integer(
    _ name: String, _ meaning: String, in range: ClosedRange<Int>, default defaultValue: Int
  ) -> Variable {
    Variable(
      name, meaning, allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)",
      default: String(defaultValue)
    ) { text in
      Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }
}

extension Variable where Value == Duration {
  /// A duration written as a decimal number of seconds.
  static func seconds(
    _ name: String, _ meaning: String, in range: ClosedRange<Int>, default defaultText: String
  ) -> Variable {
    Variable(
      name, "\(meaning), in seconds",
      allowed: "a number of seconds from \(range.lowerBound) to \(range.upperBound)", default: defaultText
    ) { text in
      guard let seconds = Double(text), seconds >= Double(range.lowerBound),
        seconds <= Double(range.upperBound)
      else { return nil }
      return .milliseconds(Int64(seconds * 1000))
    }
  }
}

extension Variable where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  static func choice(_ name: String, _ meaning: String, default defaultValue: Value) -> Variable {
    let choices = Value.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    return Variable(name, meaning, allowed: "one of \(choices)", default: defaultValue.rawValue) {
      Value(rawValue: $0.lowercased())
    }
  }
}
