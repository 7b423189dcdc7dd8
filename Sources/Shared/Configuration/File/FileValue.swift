/// A value of a configuration file on its way to its meaning: where it stands, how it is read, how it is
/// refused.
///
/// Every refusal is one line that names the file, the line, the value's path, what it holds, and what is
/// allowed.
struct FileValue: Sendable {
  let node: YAMLNode
  /// The file as it was named.
  let file: String
  /// Such as `providers[0].base_url`; empty for the whole file.
  let path: String

  // MARK: - Refusing

  /// `message` goes on after the path, as in `has no member "x"`.
  func refused(_ message: String, line: Int? = nil) -> ConfigurationError {
    ConfigurationError("\(file):\(line ?? node.line): \(path.isEmpty ? "the file" : path) \(message)")
  }

  /// It holds something else than what is allowed. What it holds is not said where it may be a secret.
  func wrong(_ allowed: String, showing isShown: Bool = true) -> ConfigurationError {
    var held = node.kind
    if case .scalar(let text, _) = node.content, !node.isNull {
      held = ConfigurationError.quoted(isShown ? text : nil)
    }
    return refused("holds \(held); allowed is \(allowed)")
  }

  // MARK: - Reading

  /// A text that `parse` makes something of.
  func text<Value>(
    _ allowed: String, showing isShown: Bool = true, _ parse: (String) -> Value?
  ) throws(ConfigurationError) -> Value {
    guard case .scalar(let text, _) = node.content, !node.isNull, let value = parse(text) else {
      throw wrong(allowed, showing: isShown)
    }
    return value
  }

  /// A number, which stands without quotes.
  func number<Value>(_ allowed: String, _ parse: (String) -> Value?) throws(ConfigurationError) -> Value {
    guard case .scalar(let text, isPlain: true) = node.content, let value = parse(text) else {
      throw wrong(allowed)
    }
    return value
  }

  func integer(in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
    try number("a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
      Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  func flag() throws(ConfigurationError) -> Bool {
    try number("true or false") { text in text == "true" ? true : text == "false" ? false : nil }
  }

  /// A number of seconds, to the millisecond.
  func seconds(in range: ClosedRange<Double>) throws(ConfigurationError) -> Duration {
    let (least, most) = (JSONValue.double(range.lowerBound), JSONValue.double(range.upperBound))
    return try number("a number of seconds from \(least) to \(most)") { text in
      guard let seconds = Double(text), range.contains(seconds) else { return nil }
      return .milliseconds(Int64((seconds * 1000).rounded()))
    }
  }

  func choice<Value: RawRepresentable & CaseIterable>(
    _ type: Value.Type = Value.self
  ) throws(ConfigurationError) -> Value where Value.RawValue == String {
    try text("one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))", Value.init(rawValue:))
  }

  /// The elements of a list, which each have a path of their own.
  func list(_ allowed: String) throws(ConfigurationError) -> [FileValue] {
    guard case .list(let elements) = node.content else { throw wrong(allowed) }
    return elements.enumerated().map { index, element in
      FileValue(node: element, file: file, path: "\(path)[\(index)]")
    }
  }

  /// Every member of a mapping whose names the file's author chose.
  func members(_ allowed: String) throws(ConfigurationError) -> [(name: String, value: FileValue)] {
    guard case .mapping(let members) = node.content else { throw wrong(allowed) }
    return members.map { member in
      let path = path.isEmpty ? member.name : "\(path).\(ConfigurationError.printable(member.name))"
      return (member.name, FileValue(node: member.value, file: file, path: path))
    }
  }
}
