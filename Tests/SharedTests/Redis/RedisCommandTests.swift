import NIOCore
import Testing

@testable import Shared

@Suite("Commands for Redis")
struct RedisCommandTests {
  @Test("are arrays of bulk strings, whose lengths are counted in bytes")
  func encoding() {
    var command = RedisCommand("SET", "clé")
    command.append(ByteBuffer(string: "a\r\nb"))
    command.append("")
    #expect(encoded(command) == "*4\r\n$3\r\nSET\r\n$4\r\nclé\r\n$4\r\na\r\nb\r\n$0\r\n\r\n")
  }

  @Test(
    "say how long a number is",
    arguments: [0, 9, 10, 99, 100, 12_345_678_901, .max, -1, -9, -10, -100, .min] as [Int64])
  func numbers(number: Int64) {
    var command = RedisCommand("PING")
    command.append(number)
    #expect(encoded(command) == "*2\r\n$4\r\nPING\r\n$\(String(number).count)\r\n\(number)\r\n")
  }

  private func encoded(_ command: RedisCommand) -> String {
    var buffer = ByteBuffer()
    command.encode(into: &buffer)
    return String(buffer: buffer)
  }
}
