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

  private static func write(_ text: String, to descriptor: Int32) {
    var text = text
    // Nobody is left to tell when standard output is gone.
    #if canImport(Darwin)
      text.withUTF8 { _ = Darwin.write(descriptor, $0.baseAddress, $0.count) }
    #elseif canImport(Musl)
      text.withUTF8 { _ = Musl.write(descriptor, $0.baseAddress, $0.count) }
    #else
      text.withUTF8 { _ = Glibc.write(descriptor, $0.baseAddress, $0.count) }
    #endif
  }
}
