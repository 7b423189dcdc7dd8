import NIOCore

/// One command, encoded as it is built, on the thread of whoever sends it.
public struct RedisCommand: Sendable {
  /// For errors and logs. Arguments are never shown: they can hold secrets and prompts.
  public let name: String
  /// Of a call of a step, which; nil for other commands.
  var step: String?
  private var count = 0
  private var arguments: [UInt8] = []

  public init(_ name: String, _ arguments: String...) {
    self.name = name
    self.arguments.reserveCapacity(256)
    append(name)
    for argument in arguments { append(argument) }
  }

  public mutating func append(_ text: String) {
    begin(length: text.utf8.count)
    arguments.append(contentsOf: text.utf8)
    endLine()
  }

  /// Appends a number, which must fit into `Int64`.
  public mutating func append(_ number: some BinaryInteger) {
    let number = Int64(number)
    var length = number < 0 ? 2 : 1
    var rest = number.magnitude / 10
    while rest > 0 { (length, rest) = (length + 1, rest / 10) }
    begin(length: length)
    arguments.append(decimal: number)
    endLine()
  }

  public mutating func append(_ bytes: ByteBuffer) {
    begin(length: bytes.readableBytes)
    arguments.append(bytes)
    endLine()
  }

  public mutating func append(_ bytes: [UInt8]) {
    begin(length: bytes.count)
    arguments += bytes
    endLine()
  }

  private mutating func begin(length: Int) {
    count += 1
    arguments.append(UInt8(ascii: "$"))
    arguments.append(decimal: Int64(length))
    endLine()
  }

  /// Byte by byte, which costs a fraction of what two bytes together do.
  private mutating func endLine() {
    arguments.append(UInt8(ascii: "\r"))
    arguments.append(UInt8(ascii: "\n"))
  }

  /// What it may take beyond an ordinary command: Redis reads 32 MiB a second and writes them to its file, or more.
  var timeForItsSize: Duration { .milliseconds(arguments.count / 32_768) }

  /// Writes the command as an array of bulk strings.
  func encode(into buffer: inout ByteBuffer) {
    buffer.writeString("*\(count)\r\n")
    buffer.writeBytes(arguments)
  }
}
