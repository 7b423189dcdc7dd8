/// What a text is for a log line.
enum LogKind {
  /// It can stand anywhere as it is.
  case word
  /// It is of printable ASCII, and has to be quoted in logfmt.
  case printable
  /// It may hold anything.
  case other
}

extension String {
  /// Found without a look at its characters.
  var logKind: LogKind { utf8.withContiguousStorageIfAvailable(Self.kind) ?? .other }

  private static func kind(_ bytes: UnsafeBufferPointer<UInt8>) -> LogKind {
    guard bytes.count >= 8 else {
      guard bytes.allSatisfy(\.isPrintable) else { return .other }
      return bytes.contains(where: \.needsQuotes) ? .printable : .word
    }
    // Eight at a time, and the last eight, of which some may have been seen: for each request a dozen texts are looked through.
    let raw = UnsafeRawBufferPointer(bytes)
    var (odd, quoted): (UInt64, UInt64) = (0, 0)
    var place = 0
    while true {
      let word = raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      odd |= word.bytes(below: 0x20) | word.bytes(equalTo: 0x7F) | word.highBits
      quoted |= word.bytes(equalTo: 0x20) | word.bytes(equalTo: 0x3D) | word.bytes(equalTo: 0x22)
      if place == bytes.count - 8 { break }
      place = Swift.min(place + 8, bytes.count - 8)
    }
    return odd != 0 ? .other : quoted != 0 ? .printable : .word
  }
}

extension UInt8 {
  fileprivate var isPrintable: Bool { self &- 0x20 < 0x5F }
  /// Whether logfmt takes it for the end of a value.
  var needsQuotes: Bool { self == 0x20 || self == 0x3D || self == 0x22 }
}
