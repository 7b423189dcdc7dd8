import TestSupport
import Testing

/// The memory of a process before and after something hostile.
struct MemoryWatch {
  let process: ChildProcess
  /// What an allocator may keep for each of its threads, in bytes, and not what inputs add up to.
  let allowance: Int
  let before: Int

  init(_ process: ChildProcess, allowance: Int = 64 << 20) {
    self.process = process
    self.allowance = allowance
    before = process.residentBytes
  }

  /// Records an issue when the process has grown, or is gone; returns the figures for a report.
  @discardableResult
  func check(sourceLocation: SourceLocation = #_sourceLocation) -> String {
    let after = process.residentBytes
    let figures = "\(process.name) \(before >> 20) → \(after >> 20) MiB"
    #expect(
      after > 0 && after - before <= allowance, "memory stays flat: \(figures)",
      sourceLocation: sourceLocation)
    return figures
  }
}
