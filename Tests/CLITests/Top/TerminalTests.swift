import Glibc
import Testing

@testable import CLI

@Suite("The terminal of `sluice top`")
struct TerminalTests {
  /// A terminal of the test's own: what a program has, and what sees it.
  private struct Pair: ~Copyable {
    /// `TIOCSPTLCK` and `TIOCGPTN`.
    private static let (setLock, getNumber) = (UInt(0x4004_5431), UInt(0x8004_5430))

    let outer: Int32
    let inner: Int32

    init() throws {
      // As openpty(3) does, which Swift does not see.
      outer = open("/dev/ptmx", O_RDWR | O_NOCTTY)
      var (lock, number): (Int32, Int32) = (0, 0)
      let isUnlocked = ioctl(outer, Self.setLock, &lock) == 0 && ioctl(outer, Self.getNumber, &number) == 0
      inner = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
      try #require(isUnlocked)
      try #require(inner >= 0)
    }

    /// What was written so far.
    func shown() -> String {
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = read(outer, &buffer, buffer.count)
      return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    func type(_ text: String) { _ = text.withCString { write(outer, $0, strlen($0)) } }

    func flags() -> tcflag_t {
      var settings = termios()
      _ = tcgetattr(inner, &settings)
      return settings.c_lflag
    }

    deinit {
      close(inner)
      close(outer)
    }
  }

  private struct Failure: Error {}

  @Test("it is left as it was, also by an error", arguments: [true, false])
  func leaving(fails: Bool) async throws {
    let pair = try Pair()
    let before = pair.flags()
    let terminal = Terminal(input: pair.inner, output: pair.inner)
    #expect(terminal.isOne && before & tcflag_t(ECHO | ICANON | ISIG) == tcflag_t(ECHO | ICANON | ISIG))
    let outcome: Result<Void, any Error>
    do {
      try await terminal.entered {
        #expect(pair.flags() & tcflag_t(ECHO | ICANON | ISIG) == 0)
        terminal.draw([TopLine(text: "shown")])
        if fails { throw Failure() }
      }
      outcome = .success(())
    } catch { outcome = .failure(error) }
    #expect((try? outcome.get()) == nil ? fails : !fails)
    #expect(pair.flags() == before)
    let text = pair.shown()
    #expect(text.hasPrefix("\u{1B}[?1049h\u{1B}[?25l") && text.contains("shown"))
    #expect(text.hasSuffix("\u{1B}[?25h\u{1B}[?1049l"))
  }

  @Test("q and Ctrl-C leave, other keys do not", arguments: ["xyq", "\u{3}"])
  func keys(_ typed: String) async throws {
    let pair = try Pair()
    let terminal = Terminal(input: pair.inner, output: pair.inner)
    let inner = pair.inner
    pair.type("x")
    try await terminal.entered {
      pair.type(typed)
      try await TerminalKeys.waitForLeaving(at: inner)
    }
  }

  @Test("what is no terminal is none")
  func none() {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    let terminal = Terminal(input: ends[0], output: ends[1])
    #expect(!terminal.isOne && terminal.size.columns == 80)
  }

  @Test("no more lines are drawn than there are rows")
  func rows() throws {
    let pair = try Pair()
    var size = winsize(ws_row: 3, ws_col: 5, ws_xpixel: 0, ws_ypixel: 0)
    #expect(ioctl(pair.outer, UInt(TIOCSWINSZ), &size) == 0)
    Terminal(input: pair.inner, output: pair.inner).draw((0..<9).map { TopLine(text: "line \($0)") })
    // The terminal, which nobody has entered, sends a return of its own before each new line.
    #expect(pair.shown() == "\u{1B}[Hline \u{1B}[K\r\r\nline \u{1B}[K\r\r\nline \u{1B}[K\u{1B}[J")
  }
}
