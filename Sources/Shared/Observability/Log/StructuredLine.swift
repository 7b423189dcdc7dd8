/// A log line with members of its own, written byte by byte: one for each request is written, and it shall cost little.
///
/// In JSON the members stand at the top of the object under their names, numbers as numbers. In text they come behind the
/// message as `name=value`. Whatever they hold, it is one line without control characters.
public struct StructuredLine {
  private var json: JSONWriter
  private var text: [UInt8] = []
  private let format: LogFormat

  /// A line that begins with the time, the level, the label of who writes it, and a message of which JSON's readers know
  /// the kind of line by `message`, and people by `words`.
  init(
    _ message: StaticString, words: @autoclosure () -> LogWords, level: LogLevel, label: String,
    at unixMilliseconds: Int64, as format: LogFormat
  ) {
    self.format = format
    json = JSONWriter(capacity: format == .json ? 768 : 0)
    switch format {
    case .json:
      json.begin(.object)
      json.name("time")
      json.write(plain: { Timestamp.write(unixMilliseconds: unixMilliseconds, to: &$0) })
      json.member("level", level.rawValue)
      json.member("logger", label)
      json.name("message")
      json.write(message)
    case .text:
      text.reserveCapacity(768)
      Timestamp.write(unixMilliseconds: unixMilliseconds, to: &text)
      text.append(UInt8(ascii: " "))
      text.append(contentsOf: level.rawValue.uppercased().utf8)
      text.append(UInt8(ascii: " "))
      text.append(contentsOf: label.utf8)
      text.append(": ")
      text.append(contentsOf: words().bytes)
    }
  }

  /// Adds a text; nothing where it is nil.
  public mutating func member(_ name: StaticString, _ value: String?) {
    guard let value else { return }
    switch format {
    case .json:
      json.member(name, LogLine.escaped(value))
    case .text:
      begin(name)
      text.append(logfmt: value)
    }
  }

  /// Adds a number; nothing where it is nil.
  public mutating func member(_ name: StaticString, _ value: Int64?) {
    guard let value else { return }
    switch format {
    case .json: json.member(name, value)
    case .text:
      begin(name)
      text.append(decimal: value)
    }
  }

  /// Adds a number; nothing where it is nil.
  public mutating func member(_ name: StaticString, _ value: Int?) { member(name, value.map(Int64.init)) }

  /// Adds `true`; nothing where it is false.
  public mutating func member(_ name: StaticString, ifTrue value: Bool) {
    guard value else { return }
    switch format {
    case .json:
      json.name(name)
      json.write(true)
    case .text:
      begin(name)
      text.append("true")
    }
  }

  /// Adds a number of units of which ten to the power of `places` make one; nothing where it is nil.
  public mutating func member(_ name: StaticString, decimal units: Int64?, places: Int) {
    guard let units else { return }
    switch format {
    case .json:
      json.name(name)
      json.write(decimal: units, places: places)
    case .text:
      begin(name)
      var number = JSONWriter(capacity: 32)
      number.write(decimal: units, places: places)
      text.append(contentsOf: number.bytes)
    }
  }

  /// Adds a number that is written in JSON's form already; nothing where it is nil or empty.
  public mutating func member(_ name: StaticString, number: String?) {
    guard let number, !number.isEmpty else { return }
    switch format {
    case .json:
      json.name(name)
      json.write(raw: { $0.append(contentsOf: number.utf8) })
    case .text:
      begin(name)
      text.append(contentsOf: number.utf8)
    }
  }

  private mutating func begin(_ name: StaticString) {
    text.append(UInt8(ascii: " "))
    text.append(name)
    text.append(UInt8(ascii: "="))
  }

  /// The whole line, its end included.
  consuming func finished() -> [UInt8] {
    switch format {
    case .json:
      json.end(.object)
      var bytes = json.bytes
      bytes.append(UInt8(ascii: "\n"))
      return bytes
    case .text:
      text.append(UInt8(ascii: "\n"))
      return text
    }
  }
}
