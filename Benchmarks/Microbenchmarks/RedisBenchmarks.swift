import NIOCore

@testable import Shared

func measureRedis() {
  measure("RESP: write a command of 25 arguments (admit)") {
    var buffer = ByteBuffer()
    admit().encode(into: &buffer)
    return buffer
  }
  let replies: [(name: String, bytes: ByteBuffer)] = [
    ("an integer", ByteBuffer(string: ":1\r\n")),
    ("an admission", ByteBuffer(string: "*3\r\n$8\r\nadmitted\r\n:1738312502481\r\n:0\r\n")),
    ("a claim of 16 jobs", claim(of: 16)),
    ("an answer of 100 KB", ByteBuffer(string: "$102400\r\n\(Samples.text(102_400))\r\n")),
  ]
  for (name, bytes) in replies {
    var reader: RESPReader?
    measure("RESP: read \(name)") {
      // A connection makes its reader once.
      if reader == nil { reader = try RESPReader() }
      try reader?.feed(bytes)
      return try reader?.next()
    }
  }
}

/// The command of ``JobQueue/admit(_:)`` for a job of every day.
private func admit() -> RedisCommand {
  var command = FunctionLibrary.current.call("admit", base: "sluice:{0}")
  for text in [Samples.jobID.rawValue, "acme", "interactive", "default"] { command.append(text) }
  command.append(Samples.query)
  command.append(ByteBuffer())
  for number in [170, 86_400_000, 0] { command.append(number) }
  for text in ["sluice:{0}:replies:9f3b2c61d8e74d0f", "", "", "use"] { command.append(text) }
  command.append(3_600_000)
  for text in ["0", "", ""] { command.append(text) }
  for number in [86_400_000, 1_000_000, 1_073_741_824, 1_000_000, 1_073_741_824] { command.append(number) }
  for text in ["", ""] { command.append(text) }
  return command
}

private func claim(of jobs: Int) -> ByteBuffer {
  func bulk(_ text: String) -> String { "$\(text.utf8.count)\r\n\(text)\r\n" }
  let job = bulk(Samples.jobID.rawValue) + ":1\r\n:1\r\n:86399000\r\n" + bulk("")
  let request = bulk(String(buffer: Samples.query))
  return ByteBuffer(
    string: "*\(2 + jobs)\r\n:1\r\n:-1\r\n" + String(repeating: "*6\r\n\(job)\(request)", count: jobs))
}
