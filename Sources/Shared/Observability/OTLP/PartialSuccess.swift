import NIOCore

/// Reads an `ExportTraceServiceResponse`: how many spans the collector would not have, and why. What is none says nothing.
enum PartialSuccess {
  static func read(json body: ByteBuffer) -> (rejected: Int64, message: String?) {
    guard let value = try? JSONParser.parse(body), let partial = value["partialSuccess"] else {
      return (0, nil)
    }
    let count = partial["rejectedSpans"]
    return (count?.integer ?? count?.string.flatMap { Int64($0) } ?? 0, text(partial["errorMessage"]?.string))
  }

  static func read(protobuf body: ByteBuffer) -> (rejected: Int64, message: String?) {
    var response = body
    while let (field, value) = response.readProtobufField() {
      guard field == 1, case .bytes(var partial) = value else { continue }
      var rejected: Int64 = 0
      var message: String?
      while let (field, value) = partial.readProtobufField() {
        switch (field, value) {
        case (1, .number(let number)): rejected = Int64(bitPattern: number)
        case (2, .bytes(let bytes)): message = String(buffer: bytes)
        default: break
        }
      }
      return (rejected, text(message))
    }
    return (0, nil)
  }

  private static func text(_ message: String?) -> String? { message.flatMap { $0.isEmpty ? nil : $0 } }
}

private enum ProtobufValue {
  case number(UInt64)
  case bytes(ByteBuffer)
}

extension ByteBuffer {
  /// Reads the next field; nil at the end, and at what is no field.
  fileprivate mutating func readProtobufField() -> (number: UInt64, value: ProtobufValue)? {
    guard let tag = readVarint() else { return nil }
    switch tag & 7 {
    case 0: return readVarint().map { (tag >> 3, .number($0)) }
    case 1: return readInteger(endianness: .little, as: UInt64.self).map { (tag >> 3, .number($0)) }
    case 2:
      guard let length = readVarint().flatMap({ Int(exactly: $0) }), let bytes = readSlice(length: length)
      else {
        return nil
      }
      return (tag >> 3, .bytes(bytes))
    case 5: return readInteger(endianness: .little, as: UInt32.self).map { (tag >> 3, .number(UInt64($0))) }
    default: return nil
    }
  }

  private mutating func readVarint() -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = readInteger(as: UInt8.self) else { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
    }
    return nil
  }
}
