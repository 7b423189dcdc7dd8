import NIOCore
import Shared

/// The standard output, which may be a file on a full disk.
enum Output {
  static func write(_ text: String) throws(CommandFailure) {
    var text = text
    try check(text.withUTF8 { StandardStream.writeWholeOutput(UnsafeRawBufferPointer($0)) })
  }

  static func write(_ bytes: ByteBuffer) throws(CommandFailure) {
    try check(bytes.withUnsafeReadableBytes(StandardStream.writeWholeOutput))
  }

  private static func check(_ isWritten: Bool) throws(CommandFailure) {
    guard isWritten else { throw .failed("the output cannot be written") }
  }
}
