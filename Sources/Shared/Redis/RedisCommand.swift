import NIOCore

/// One command, encoded as it is built, on the thread of whoever sends it.
public struct RedisCommand: Sendable {
  /// For errors and logs. Arguments are never shown: they can hold secrets and prompts.
  public let name: String
  private var count = 0
  private var arguments: ByteBuffer

  public init(_ name: String, _ arguments: String...) {
    self.name = name
    self.arguments = ByteBuffer()
    self.arguments.reserveCapacity(256)
    append(name)
    for argument in arguments { append(argument) }
  }

  public mutating func append(_ text: String) {
    count += 1
    writeLength(text.utf8.count)
    arguments.writeString(text)
    arguments.writeStaticString("\r\n")
  }

  public mutating func append(_ number: some BinaryInteger) {
    append(String(number))
  }

  public mutating func append(_ bytes: ByteBuffer) {
    count += 1
    writeLength(bytes.readableBytes)
    arguments.writeImmutableBuffer(bytes)
    arguments.writeStaticString("\r\n")
  }

  /// Writes the command as an array of bulk strings.
  func encode(into buffer: inout ByteBuffer) {
    buffer.writeString("*\(count)\r\n")
    buffer.writeImmutableBuffer(arguments)
  }

  private mutating func writeLength(_ length: Int) {
    arguments.writeStaticString("$")
    arguments.writeString(String(length))
    arguments.writeStaticString("\r\n")
  }
}
