import NIOCore

extension ByteBuffer {
  /// The text up to the next space, which is taken, too; nil when there is none.
  mutating func readWord() -> String? {
    guard let length = wordLength, let word = readString(length: length) else { return nil }
    moveReaderIndex(forwardBy: 1)
    return word
  }

  /// The whole number up to the next space, which is taken, too, or up to the end. Nil for any other word, which is taken all
  /// the same.
  mutating func readNumber() -> Int64? {
    let (number, length) = withUnsafeReadableBytes { bytes -> (Int64?, Int) in
      let bytes = bytes.bindMemory(to: UInt8.self)
      var scan = JSONScan(bytes)
      let number = scan.integer()
      let end = bytes[scan.place...].firstIndex(of: UInt8(ascii: " ")) ?? bytes.count
      return (scan.place == end ? number : nil, end)
    }
    moveReaderIndex(forwardBy: min(length + 1, readableBytes))
    return number
  }

  /// Up to the next space.
  private var wordLength: Int? {
    withUnsafeReadableBytes { bytes in
      for (length, byte) in bytes.enumerated() where byte == UInt8(ascii: " ") { return length }
      return nil
    }
  }
}
