extension UnsafeBufferPointer<UInt8> {
  /// Where the bytes from `start` on end that stand in a JSON string as they are: at a quote, a backslash, a control
  /// character, or at the end (RFC 8259 section 7).
  func endOfPlainJSON(from start: Int) -> Int {
    let bytes = UnsafeRawBufferPointer(self)
    var end = start
    // Prompts are long: eight bytes at a time.
    while end + 8 <= count {
      let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: end, as: UInt64.self))
      let special = word.bytes(below: 0x20) | word.bytes(equalTo: 0x22) | word.bytes(equalTo: 0x5C)
      if special != 0 { return end + special.trailingZeroBitCount / 8 }
      end += 8
    }
    while end < count, self[end] >= 0x20, self[end] != 0x22, self[end] != 0x5C { end += 1 }
    return end
  }
}
