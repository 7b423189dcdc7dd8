#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The process's output, unbuffered: one call of `write` a text, so that lines of several threads do not mix.
public enum StandardStream {
  @Sendable public static func writeOutput(_ text: String) { write(text, to: STDOUT_FILENO) }
  @Sendable public static func writeError(_ text: String) { write(text, to: STDERR_FILENO) }

  /// Writes all of it, in as many calls as that takes. Returns whether it could.
  public static func writeWholeOutput(_ bytes: UnsafeRawBufferPointer) -> Bool {
    writeWhole(bytes, to: STDOUT_FILENO)
  }

  /// The same to any open file.
  public static func writeWhole(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = writeSome(UnsafeRawBufferPointer(rebasing: rest), to: descriptor)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  static func writeSome(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int {
    #if canImport(Darwin)
      Darwin.write(descriptor, bytes.baseAddress, bytes.count)
    #elseif canImport(Musl)
      Musl.write(descriptor, bytes.baseAddress, bytes.count)
    #else
      Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    #endif
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var text = text
    // Nobody is left to tell when standard output is gone.
    text.withUTF8 { _ = writeSome(UnsafeRawBufferPointer($0), to: descriptor) }
  }
}
