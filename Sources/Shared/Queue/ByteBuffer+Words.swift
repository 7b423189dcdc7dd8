import NIOCore

extension ByteBuffer {
  /// The text up to the next space, which is taken, too; nil when there is none.
  mutating func readWord() -> String? {
    guard let space = readableBytesView.firstIndex(of: UInt8(ascii: " ")) else { return nil }
    let word = readString(length: space - readerIndex)
    moveReaderIndex(forwardBy: 1)
    return word
  }
}
