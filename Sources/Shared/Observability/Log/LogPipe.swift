import Dispatch
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Takes a process's log lines from all threads and writes them from one, so that nobody waits for whoever reads the log.
///
/// A reader that is slow, gone or out of room costs lines, never a request: what finds no room in the buffer, or cannot
/// be written, is counted, and said in a line of its own once something can be written again.
public final class LogPipe: Sendable {
  /// Once so many bytes wait, no more are taken. One line may be longer: those with contents have bounds of their own.
  static let capacity = 1 << 20
  /// How long lines that are not urgent wait for others: a thread is then woken for many of them.
  private static let rest = DispatchTimeInterval.milliseconds(50)
  /// A buffer that has grown larger is not kept.
  private static let keptCapacity = 1 << 16

  private struct State {
    var waiting: [UInt8] = []
    var spare: [UInt8] = []
    /// Whether a writing is on its way, and whether it comes at once.
    var isCalled = false
    var isCalledAtOnce = false
    var dropped = 0
    /// Of those, the ones that no line has told of.
    var untold = 0
  }

  private let descriptor: Int32
  private let capacity: Int
  /// The line that tells of lines that were dropped.
  private let notice: @Sendable (Int) -> String
  private let state = Mutex(State())
  /// Whether what was written last is no whole line. Used by ``writer`` alone.
  private let isMidLine = Mutex(false)
  private let writer = DispatchQueue(label: "sluice.log")

  /// - Parameters:
  ///   - descriptor: where the lines go; standard error where it is left out.
  ///   - capacity: once so many bytes wait, no more are taken.
  ///   - notice: the line that says how many were dropped.
  public init(
    to descriptor: Int32 = STDERR_FILENO, capacity: Int? = nil, notice: @escaping @Sendable (Int) -> String
  ) {
    self.descriptor = descriptor
    self.capacity = capacity ?? Self.capacity
    self.notice = notice
    // A reader that is gone is an error of `write`, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
  }

  /// How many lines were dropped since the process started.
  public var dropped: Int { state.withLock(\.dropped) }

  /// Takes a whole line, its end included, and returns at once. One that is not urgent may wait a moment for others.
  public func write(_ line: String, isUrgent: Bool = true) {
    var line = line
    line.withUTF8 { write(bytes: $0, isUrgent: isUrgent) }
  }

  /// The same as bytes.
  public func write(_ line: [UInt8], isUrgent: Bool) {
    line.withUnsafeBufferPointer { write(bytes: $0, isUrgent: isUrgent) }
  }

  private func write(bytes: UnsafeBufferPointer<UInt8>, isUrgent: Bool) {
    let (callsNow, callsLater) = state.withLock { state in
      guard state.waiting.count < capacity else {
        state.dropped += 1
        state.untold += 1
        return (false, false)
      }
      state.waiting.append(contentsOf: bytes)
      defer {
        state.isCalled = true
        if isUrgent { state.isCalledAtOnce = true }
      }
      return (isUrgent && !state.isCalledAtOnce, !isUrgent && !state.isCalled)
    }
    if callsNow { writer.async { self.flush() } }
    if callsLater { writer.asyncAfter(deadline: .now() + Self.rest) { self.flush() } }
  }

  /// Writes all that waits, before the process ends. Gives up after `time`: a pipe that nobody reads would hold it for ever.
  /// Returns whether all was written.
  @discardableResult
  public func drain(within time: Duration = .seconds(5)) -> Bool {
    let isDone = DispatchSemaphore(value: 0)
    writer.async {
      self.flush()
      isDone.signal()
    }
    let milliseconds = Int(time.components.seconds) * 1000
    return isDone.wait(timeout: .now() + .milliseconds(milliseconds)) == .success
  }

  // MARK: - On the writer's thread

  private func flush() {
    while let batch = takeBatch() {
      let lost = Self.lines(in: batch[write(batch)...])
      state.withLock { state in
        state.dropped += lost
        state.untold += lost
        if batch.capacity <= Self.keptCapacity {
          state.spare = batch
          state.spare.removeAll(keepingCapacity: true)
        }
      }
      if lost > 0 { break }
    }
    tellDropped()
  }

  /// What waits; nil when nothing does. After nil the next line calls anew.
  private func takeBatch() -> [UInt8]? {
    state.withLock { state in
      guard !state.waiting.isEmpty else {
        (state.isCalled, state.isCalledAtOnce) = (false, false)
        return nil
      }
      let batch = state.waiting
      state.waiting = state.spare
      state.spare = []
      return batch
    }
  }

  private func tellDropped() {
    let untold = state.withLock { state in
      // Where lines could not be written, some may wait still: they go with the next one, which calls anew.
      (state.isCalled, state.isCalledAtOnce) = (false, false)
      defer { state.untold = 0 }
      return state.untold
    }
    guard untold > 0 else { return }
    let line = Array(notice(untold).utf8)
    if write(line) < line.count { state.withLock { $0.untold += untold } }
  }

  /// Returns how many bytes were written. A line that was cut off gets its end first.
  private func write(_ bytes: [UInt8]) -> Int {
    isMidLine.withLock { isMidLine in
      if isMidLine {
        guard writeAll([UInt8(ascii: "\n")]) == 1 else { return 0 }
        isMidLine = false
      }
      let count = writeAll(bytes)
      if count > 0 { isMidLine = bytes[count - 1] != UInt8(ascii: "\n") }
      return count
    }
  }

  private func writeAll(_ bytes: [UInt8]) -> Int {
    bytes.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count {
        let count = StandardStream.writeSome(
          UnsafeRawBufferPointer(rebasing: bytes[written...]), to: descriptor)
        if count > 0 {
          written += count
        } else if count < 0, errno == EAGAIN {
          // Whoever shares the descriptor has made it one that does not wait.
          var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = Self.wait(&poll)
        } else if count == 0 || errno != EINTR {
          break
        }
      }
      return written
    }
  }

  private static func wait(_ file: inout pollfd) -> Int32 { poll(&file, 1, 1000) }

  /// How many lines are lost with these bytes.
  private static func lines(in bytes: ArraySlice<UInt8>) -> Int { bytes.count { $0 == UInt8(ascii: "\n") } }
}
