public import NIOCore

extension ByteBuffer {
  /// Appends a value as compact JSON.
  public mutating func writeJSON(_ value: JSONValue) {
    switch value {
    case .null: writeStaticString("null")
    case .bool(let flag): writeStaticString(flag ? "true" : "false")
    case .integer(let number): writeString(String(number))
    case .double(let number): writeJSON(number)
    case .string(let text): writeJSON(text)
    case .array(let elements):
      writeStaticString("[")
      for (index, element) in elements.enumerated() {
        if index > 0 { writeStaticString(",") }
        writeJSON(element)
      }
      writeStaticString("]")
    case .object(let members):
      writeStaticString("{")
      for (index, member) in members.enumerated() {
        if index > 0 { writeStaticString(",") }
        writeJSON(member.key)
        writeStaticString(":")
        writeJSON(member.value)
      }
      writeStaticString("}")
    }
  }

  /// Appends a finite number; JSON has no other, so infinity and NaN become `null`.
  public mutating func writeJSON(_ number: Double) {
    guard number.isFinite else {
      writeStaticString("null")
      return
    }
    if let integer = Int64(exactly: number), integer.magnitude < 1 << 53 {
      writeString(String(integer))
    } else {
      writeString(number.description)
    }
  }

  /// Appends a string in quotes, with the escapes that RFC 8259 section 7 demands and no others.
  public mutating func writeJSON(_ text: String) {
    var text = text
    writeInteger(UInt8(ascii: "\""))
    text.withUTF8 { bytes in
      var runStart = 0
      for (index, byte) in bytes.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
        writeBytes(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[runStart..<index]))
        writeJSONEscape(byte)
        runStart = index + 1
      }
      writeBytes(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[runStart...]))
    }
    writeInteger(UInt8(ascii: "\""))
  }

  private mutating func writeJSONEscape(_ byte: UInt8) {
    switch byte {
    case 0x22: writeStaticString("\\\"")
    case 0x5C: writeStaticString("\\\\")
    case 0x0A: writeStaticString("\\n")
    case 0x0D: writeStaticString("\\r")
    case 0x09: writeStaticString("\\t")
    default:
      let digits = String(byte, radix: 16)
      writeString(digits.utf8.count == 1 ? "\\u000\(digits)" : "\\u00\(digits)")
    }
  }
}

extension JSONValue {
  /// The value as compact JSON bytes.
  public func serialized() -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.writeJSON(self)
    return buffer
  }
}

extension JSONValue: CustomStringConvertible {
  /// The value as compact JSON text.
  public var description: String { String(buffer: serialized()) }
}
