public import NIOCore

/// Writes compact JSON (RFC 8259), value by value; commas come by themselves.
///
/// What is known by name is written without a ``JSONValue`` of it:
///
///     json.object { json in
///       json.member("id", id)
///       json.name("tags")
///       json.array { $0.write("a") }
///     }
public struct JSONWriter: Sendable {
  /// What has been written, byte by byte.
  public private(set) var bytes: [UInt8] = []

  /// `capacity` is how many bytes are expected; more may come.
  public init(capacity: Int = 256) { bytes.reserveCapacity(capacity) }

  /// What has been written.
  public var buffer: ByteBuffer { ByteBuffer(bytes: bytes) }

  // MARK: - Values

  public mutating func write(_ value: JSONValue) {
    switch value {
    case .null: writeNull()
    case .bool(let flag): write(flag)
    case .integer(let number): write(number)
    case .double(let number): write(number)
    case .number(let text): writeNumber(text)
    case .string(let text): write(text)
    case .array(let elements): array { for element in elements { $0.write(element) } }
    case .object(let members): object { $0.members(members) }
    }
  }

  /// Writes a string in quotes, with the escapes that RFC 8259 section 7 demands and no others.
  public mutating func write(_ text: String) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { utf8 in
      var start = 0
      while true {
        let end = utf8.endOfPlainJSON(from: start)
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<end]))
        guard end < utf8.count else { break }
        writeEscape(utf8[end])
        start = end + 1
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func writeEscape(_ byte: UInt8) {
    switch byte {
    case 0x22: bytes.append("\\\"")
    case 0x5C: bytes.append("\\\\")
    case 0x0A: bytes.append("\\n")
    case 0x0D: bytes.append("\\r")
    case 0x09: bytes.append("\\t")
    default:
      bytes.append(byte < 0x10 ? "\\u000" : "\\u00")
      bytes.append(contentsOf: String(byte, radix: 16).utf8)
    }
  }

  public mutating func write(_ number: Int64) {
    separate()
    bytes.append(decimal: number)
  }

  /// Writes a finite number; JSON has no other, so infinity and NaN become `null`.
  public mutating func write(_ number: Double) {
    guard number.isFinite else { return writeNull() }
    if let integer = Int64(exactly: number), integer.magnitude < 1 << 53, integer != 0 || number.sign == .plus
    {
      return write(integer)
    }
    separate()
    bytes.append(contentsOf: number.description.utf8)
  }

  private mutating func writeNumber(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
  }

  /// Writes a number of units of which ten to the power of `places` make one, exactly and without needless zeros.
  public mutating func write(decimal units: Int64, places: Int) {
    separate()
    if units < 0 { bytes.append(UInt8(ascii: "-")) }
    var unit: UInt64 = 1
    for _ in 0..<places { unit *= 10 }
    let (whole, fraction) = units.magnitude.quotientAndRemainder(dividingBy: unit)
    bytes.append(decimal: whole)
    guard fraction > 0 else { return }
    bytes.append(UInt8(ascii: "."))
    var rest = fraction
    while rest > 0 {
      unit /= 10
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / unit))
      rest %= unit
    }
  }

  public mutating func write(_ flag: Bool) {
    separate()
    bytes.append(flag ? "true" : "false")
  }

  public mutating func writeNull() {
    separate()
    bytes.append("null")
  }

  /// Writes as a string what somebody else writes: in ASCII, without what needs an escape.
  mutating func write(plain write: (inout [UInt8]) -> Void) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    write(&bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  /// Writes a value as somebody else writes it, in JSON.
  mutating func write(raw write: (inout [UInt8]) -> Void) {
    separate()
    write(&bytes)
  }

  /// Writes what is JSON already.
  public mutating func write(json: ByteBuffer) {
    separate()
    bytes.append(json)
  }

  // MARK: - Objects and arrays

  public mutating func array(_ writeElements: (inout JSONWriter) -> Void) {
    separate()
    bytes.append(UInt8(ascii: "["))
    writeElements(&self)
    bytes.append(UInt8(ascii: "]"))
  }

  public mutating func object(_ writeMembers: (inout JSONWriter) -> Void) {
    separate()
    bytes.append(UInt8(ascii: "{"))
    writeMembers(&self)
    bytes.append(UInt8(ascii: "}"))
  }

  /// What has a beginning and an end.
  public enum Container: Sendable { case object, array }

  /// Begins what ``end(_:)`` ends, where it is written in several places.
  public mutating func begin(_ container: Container) {
    separate()
    bytes.append(container == .object ? UInt8(ascii: "{") : UInt8(ascii: "["))
  }

  /// Ends what ``begin(_:)`` has begun.
  public mutating func end(_ container: Container) {
    bytes.append(container == .object ? UInt8(ascii: "}") : UInt8(ascii: "]"))
  }

  /// Writes a string in ASCII, without what needs an escape.
  public mutating func write(_ text: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    bytes.append(text)
    bytes.append(UInt8(ascii: "\""))
  }

  /// Writes a member's name, in ASCII and without what needs an escape. Its value is to follow.
  public mutating func name(_ name: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    bytes.append(name)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  /// Writes members of an object.
  public mutating func members(_ members: JSONObject) {
    for (name, value) in members {
      write(name)
      bytes.append(UInt8(ascii: ":"))
      write(value)
    }
  }

  /// Writes the members of an object that is JSON already.
  public mutating func members(of object: ByteBuffer) {
    guard let members = object.getSlice(at: object.readerIndex + 1, length: object.readableBytes - 2),
      members.readableBytes > 0
    else { return }
    write(json: members)
  }

  /// Puts a comma where something stands before, in the same object or array.
  private mutating func separate() {
    switch bytes.last {
    case nil, UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"): break
    default: bytes.append(UInt8(ascii: ","))
    }
  }
}

extension JSONWriter {
  /// Writes a member; no value is `null`.
  public mutating func member(_ name: StaticString, _ text: String?) {
    self.name(name)
    if let text { write(text) } else { writeNull() }
  }

  public mutating func member(_ name: StaticString, _ number: Int64) {
    self.name(name)
    write(number)
  }

  public mutating func member(_ name: StaticString, json value: JSONValue) {
    self.name(name)
    write(value)
  }
}

extension JSONValue {
  /// The value as compact JSON bytes.
  public func serialized() -> ByteBuffer {
    var json = JSONWriter()
    json.write(self)
    return json.buffer
  }
}

extension JSONValue: CustomStringConvertible {
  /// The value as compact JSON text.
  public var description: String { String(buffer: serialized()) }
}
