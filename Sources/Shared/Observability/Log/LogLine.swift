import Logging

/// One log record as one line: whatever it holds, control characters are escaped, so that nothing a client
/// sends can forge a second line.
struct LogLine {
  let time: String
  let level: Logger.Level
  let label: String
  let message: String
  let metadata: [(name: String, value: String)]

  func rendered(as format: LogFormat) -> String {
    switch format {
    case .text: text
    case .json: json
    }
  }

  private var text: String {
    var line = "\(time) \(level.rawValue.uppercased()) \(label): \(Self.escaped(message))"
    for (name, value) in metadata {
      line += " \(name)=\(Self.quoted(Self.escaped(value)))"
    }
    return line + "\n"
  }

  private var json: String {
    var members: JSONObject = [
      "time": .string(time), "level": .string(level.rawValue), "logger": .string(label),
      "message": .string(message),
    ]
    for (name, value) in metadata where members[name] == nil {
      members[name] = .string(value)
    }
    return JSONValue.object(members).description + "\n"
  }

  /// As logfmt has it: in quotes where a value could be taken for several, so that it cannot forge a field.
  static func quoted(_ value: String) -> String {
    var quoted: [UInt8] = []
    quoted.append(logfmt: value)
    return String(decoding: quoted, as: UTF8.self)
  }

  static func escaped(_ text: String) -> String {
    // Most are printable ASCII, which is looked through at a tenth of what scalars and their properties take.
    if text.logKind != .other { return text }
    guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
    var escaped = ""
    for scalar in text.unicodeScalars {
      escaped += isUnsafe(scalar) ? scalar.escaped(asASCII: true) : String(scalar)
    }
    return escaped
  }

  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
      || scalar == "\u{2028}" || scalar == "\u{2029}"
  }
}
