import Shared

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A new file that only its owner may read, for keys and their digests.
struct PrivateFile: ~Copyable {
  private let descriptor: Int32
  private let path: String

  /// Makes it. Throws where there is such a file already: what stands in it is not lost, and whoever may read it gets nothing
  /// new.
  init(creating path: String) throws(CommandFailure) {
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    self.path = path
    guard descriptor >= 0 else {
      let reason = errno == EEXIST ? "is there already; name another" : "cannot be made"
      throw .usage("the file \"\(path)\" \(reason)")
    }
  }

  borrowing func write(_ text: String) throws(CommandFailure) {
    var text = text
    let descriptor = descriptor
    guard text.withUTF8({ StandardStream.writeWhole(UnsafeRawBufferPointer($0), to: descriptor) }) else {
      throw .failed("the file \"\(path)\" cannot be written")
    }
  }

  /// Returns once what was written is on the disk.
  borrowing func synchronize() throws(CommandFailure) {
    guard fsync(descriptor) == 0 else { throw .failed("the file \"\(path)\" cannot be written") }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}
