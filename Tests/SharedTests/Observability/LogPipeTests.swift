import Foundation
import Testing

@testable import Shared

@Suite("A log that nobody waits for")
struct LogPipeTests {
  private static let line = "a line of the log\n"

  private static func pipe(to descriptor: Int32, capacity: Int? = nil) -> LogPipe {
    LogPipe(to: descriptor, capacity: capacity) { "dropped \($0)\n" }
  }

  @Test("all that is written comes out whole, in its order, before the process ends")
  func drains() throws {
    let file = Pipe()
    let pipe = Self.pipe(to: file.fileHandleForWriting.fileDescriptor)
    for number in 1...500 { pipe.write("line \(number)\n", isUrgent: number.isMultiple(of: 50)) }
    #expect(pipe.drain(within: .seconds(60)) && pipe.dropped == 0)
    try file.fileHandleForWriting.close()
    let text = String(decoding: try file.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    #expect(text == (1...500).map { "line \($0)\n" }.joined())
  }

  @Test(
    "a reader that does not read costs lines and no time; they are counted, and told of once it reads again")
  func full() async throws {
    let file = Pipe()
    let pipe = Self.pipe(to: file.fileHandleForWriting.fileDescriptor, capacity: 4096)
    var count = 0
    func write(_ lines: Int) {
      for _ in 1...lines { pipe.write(Self.line) }
      count += lines
    }
    // Until the system's pipe is full, and the writer waits for its reader.
    repeat { write(200) } while pipe.drain(within: .seconds(1))
    write(1000)
    #expect(pipe.dropped > 0)
    let texts = Self.read(file.fileHandleForReading.fileDescriptor)
    #expect(pipe.drain(within: .seconds(60)))
    pipe.write(Self.line)
    #expect(pipe.drain(within: .seconds(60)))
    try file.fileHandleForWriting.close()
    var text = ""
    for await part in texts { text += part }
    let lines = text.split(separator: "\n")
    let told = lines.compactMap { $0.hasPrefix("dropped ") ? Int($0.dropFirst(8)) : nil }.reduce(0, +)
    #expect(told == pipe.dropped)
    #expect(lines.count { $0 == Self.line.dropLast() } == count + 1 - told)
  }

  @Test(
    "a line that is longer than the buffer is written whole, also behind others, and what comes behind it waits"
  )
  func longLine() async throws {
    let file = Pipe()
    let pipe = Self.pipe(to: file.fileHandleForWriting.fileDescriptor, capacity: 4096)
    let long = String(repeating: "x", count: 100_000) + "\n"
    // It is more than the system's pipe takes, so the writer waits for the reader and the other lines for the writer.
    pipe.write(Self.line, isUrgent: false)
    pipe.write(long)
    let texts = Self.read(file.fileHandleForReading.fileDescriptor)
    #expect(pipe.drain(within: .seconds(60)))
    pipe.write(Self.line)
    #expect(pipe.drain(within: .seconds(60)) && pipe.dropped == 0)
    try file.fileHandleForWriting.close()
    var text = ""
    for await part in texts { text += part }
    #expect(text == Self.line + long + Self.line)
  }

  @Test("a reader that is gone, and a disk that is full, end nothing and are counted")
  func gone() throws {
    let file = Pipe()
    try file.fileHandleForReading.close()
    let pipe = Self.pipe(to: file.fileHandleForWriting.fileDescriptor)
    for _ in 1...3 { pipe.write(Self.line) }
    #expect(pipe.drain(within: .seconds(60)) && pipe.dropped == 3)
    // Also keeps it open until now: its number would be another file's.
    try file.fileHandleForWriting.close()

    let disk = try #require(FileHandle(forWritingAtPath: "/dev/full"))
    let full = Self.pipe(to: disk.fileDescriptor)
    for _ in 1...3 { full.write(Self.line, isUrgent: false) }
    #expect(full.drain(within: .seconds(60)) && full.dropped == 3)
    full.write(Self.line)
    #expect(full.drain(within: .seconds(60)) && full.dropped == 4, "it is tried again")
    try disk.close()
  }

  /// Reads to the end on a thread of its own.
  private static func read(_ descriptor: Int32) -> AsyncStream<String> {
    let (texts, continuation) = AsyncStream.makeStream(of: String.self)
    Thread.detachNewThread {
      let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
      continuation.yield(String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self))
      continuation.finish()
    }
    return texts
  }
}
