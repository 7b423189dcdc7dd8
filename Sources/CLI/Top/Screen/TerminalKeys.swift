#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Keys of a terminal that tells them as they are pressed.
enum TerminalKeys {
  /// Ctrl-C, where it is a key.
  private static let interrupt: UInt8 = 3
  private static let leaving: Set<UInt8> = [UInt8(ascii: "q"), UInt8(ascii: "Q"), interrupt]
  /// Nobody notices it, and a read that waits could not be cancelled.
  private static let pause = Duration.milliseconds(50)

  /// Returns when somebody wants to leave, or the terminal is gone.
  static func waitForLeaving(at descriptor: Int32) async throws {
    while true {
      if let keys = pressed(at: descriptor), !leaving.isDisjoint(with: keys) || keys.isEmpty { return }
      try await Task.sleep(for: pause)
    }
  }

  /// What was pressed since; nil for nothing, and nothing at all where the terminal is gone.
  private static func pressed(at descriptor: Int32) -> [UInt8]? {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&waiting, 1, 0) > 0 else { return nil }
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &buffer, buffer.count)
    if count < 0, errno == EINTR || errno == EAGAIN { return nil }
    return Array(buffer.prefix(max(0, count)))
  }
}
