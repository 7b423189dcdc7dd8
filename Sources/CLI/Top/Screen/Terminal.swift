import Shared

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A terminal that shows one screen instead of lines, and keys as they are pressed. Whoever enters it leaves it as it was.
struct Terminal: Sendable {
  private static let enter = "\u{1B}[?1049h\u{1B}[?25l"
  private static let leave = "\u{1B}[?25h\u{1B}[?1049l"

  let input: Int32
  let output: Int32

  static let standard = Terminal(input: STDIN_FILENO, output: STDOUT_FILENO)

  /// Whether there is one: of a pipe or a file there is none.
  var isOne: Bool { isatty(input) == 1 && isatty(output) == 1 }

  /// Columns and rows; those of a classic one where it does not say.
  var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(output, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return (80, 24)
    }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Runs `body` with keys as they are pressed, unseen, on a screen of its own. However it ends, all is as it was.
  func entered<Value>(_ body: () async throws -> Value) async throws -> Value {
    var former = termios()
    guard tcgetattr(input, &former) == 0 else {
      throw CommandFailure.failed("the terminal does not say how it is set")
    }
    var own = former
    // Ctrl-C and Ctrl-Z come as keys, so that nothing ends here with the terminal as it is.
    own.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
    guard tcsetattr(input, TCSAFLUSH, &own) == 0 else {
      throw CommandFailure.failed("the terminal cannot be set")
    }
    write(Self.enter)
    defer {
      write(Self.leave)
      // What was typed meanwhile is not for the shell.
      _ = tcsetattr(input, TCSAFLUSH, &former)
    }
    return try await body()
  }

  /// Draws the lines from the top, as many as there is room for, without a flicker.
  func draw(_ lines: [TopLine]) {
    let size = size
    let shown = lines.prefix(size.rows).map { $0.drawn(width: size.columns) + "\u{1B}[K" }
    write("\u{1B}[H" + shown.joined(separator: "\r\n") + "\u{1B}[J")
  }

  private func write(_ text: String) {
    var text = text
    let output = output
    // A terminal that is gone ends the program by its signal.
    text.withUTF8 { _ = StandardStream.writeWhole(UnsafeRawBufferPointer($0), to: output) }
  }
}
