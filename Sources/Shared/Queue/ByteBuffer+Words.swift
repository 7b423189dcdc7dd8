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
    let length = wordLength ?? readableBytes
    defer { moveReaderIndex(forwardBy: min(length + 1, readableBytes)) }
    return withUnsafeReadableBytes { bytes in
      var scan = JSONScan(UnsafeBufferPointer(rebasing: bytes.bindMemory(to: UInt8.self)[..<length]))
      guard let number = scan.integer(), scan.place == length else { return nil }
      return number
    }
  }

  /// Up to the next space.
  private var wordLength: Int? {
    withUnsafeReadableBytes { bytes in
      for (length, byte) in bytes.enumerated() where byte == UInt8(ascii: " ") { return length }
      return nil
    }
  }
}
