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
      let isNegative = bytes.first == UInt8(ascii: "-")
      let digits = bytes[(isNegative ? 1 : 0)..<length]
      guard !digits.isEmpty else { return nil }
      var number: Int64 = 0
      for byte in digits {
        let digit = Int64(byte &- UInt8(ascii: "0"))
        guard digit < 10 else { return nil }
        let (tens, isOver) = number.multipliedReportingOverflow(by: 10)
        let (sum, isOverToo) = tens.addingReportingOverflow(isNegative ? -digit : digit)
        guard !isOver, !isOverToo else { return nil }
        number = sum
      }
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
