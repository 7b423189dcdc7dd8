import Foundation

/// What a Redis has written, as its append-only file tells it: the changes of each step, in the order in which they
/// happened. With `appendfsync always` nobody was told of anything that does not stand there.
///
/// Redis must not have rewritten the file (`auto-aof-rewrite-percentage 0`): that forgets the changes.
public enum RedisJournal {
  /// One change.
  public struct Command: Sendable {
    /// In capital letters, such as `HSET`.
    public let name: String
    public let key: String
    /// What follows the key.
    public let arguments: [[UInt8]]

    public init(_ name: String, _ key: String, _ arguments: [[UInt8]]) {
      self.name = name
      self.key = key
      self.arguments = arguments
    }

    public init(_ name: String, _ key: String, _ arguments: [String]) {
      self.init(name, key, arguments.map { Array($0.utf8) })
    }
  }

  /// The file is not as Redis writes it.
  public struct Damaged: Error, CustomStringConvertible {
    let offset: Int
    public var description: String { "the append-only file is damaged at byte \(offset)" }
  }

  /// Calls `body` with the changes of each step to keys that are `wanted`, if there are any. `directory` is Redis' own.
  public static func forEachStep(
    in directory: URL, wanted: @escaping (String) -> Bool, _ body: ([Command]) throws -> Void
  ) throws {
    let folder = directory.appending(path: "appendonlydir")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter {
      $0.hasSuffix(".incr.aof")
    }
    for name in names.sorted(by: { number(of: $0) < number(of: $1) }) {
      let data = try Data(contentsOf: folder.appending(path: name), options: .mappedIfSafe)
      try data.withUnsafeBytes { bytes in
        var reader = Reader(bytes: bytes, wanted: wanted)
        try reader.forEachStep(body)
      }
    }
  }

  /// `appendonly.aof.<number>.incr.aof`.
  private static func number(of name: String) -> Int {
    name.split(separator: ".").dropLast(2).last.flatMap { Int($0) } ?? 0
  }
}

extension RedisJournal {
  /// Goes through commands in Redis' own form, of which a step has one, or several between MULTI and EXEC.
  struct Reader {
    let bytes: UnsafeRawBufferPointer
    let wanted: (String) -> Bool
    private var offset = 0

    init(bytes: UnsafeRawBufferPointer, wanted: @escaping (String) -> Bool) {
      self.bytes = bytes
      self.wanted = wanted
    }

    /// The end may be that of a command that is being written.
    mutating func forEachStep(_ body: ([Command]) throws -> Void) throws {
      var step: [Command]?
      while let words = try nextWords() {
        let name = text(words[0]).uppercased()
        switch name {
        case "MULTI": step = []
        case "EXEC":
          if let commands = step, !commands.isEmpty { try body(commands) }
          step = nil
        default:
          guard words.count > 1 else { continue }
          let key = text(words[1])
          guard wanted(key) else { continue }
          let command = Command(name, key, words.dropFirst(2).map { Array(bytes[$0]) })
          if step == nil { try body([command]) } else { step?.append(command) }
        }
      }
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// Where the words of the next command stand; nil at the end.
    private mutating func nextWords() throws -> [Range<Int>]? {
      // `#TS:…` where Redis is told to note times.
      while offset < bytes.count, bytes[offset] == UInt8(ascii: "#") {
        guard skipLine() else { return nil }
      }
      guard let count = try number(after: "*") else { return nil }
      var words: [Range<Int>] = []
      for _ in 0..<count {
        guard let length = try number(after: "$") else { return nil }
        guard offset + length + 2 <= bytes.count else { return nil }
        words.append(offset..<offset + length)
        offset += length + 2
      }
      guard !words.isEmpty else { throw Damaged(offset: offset) }
      return words
    }

    private mutating func skipLine() -> Bool {
      while offset < bytes.count {
        offset += 1
        if bytes[offset - 1] == UInt8(ascii: "\n") { return true }
      }
      return false
    }

    /// The number of a line that begins with `mark`; nil where the file ends before the line does.
    private mutating func number(after mark: Unicode.Scalar) throws -> Int? {
      guard offset < bytes.count else { return nil }
      guard bytes[offset] == UInt8(ascii: mark) else { throw Damaged(offset: offset) }
      var (number, place) = (0, offset + 1)
      while place < bytes.count, bytes[place] != UInt8(ascii: "\r") {
        guard (0x30...0x39).contains(bytes[place]), number < 1 << 40 else { throw Damaged(offset: place) }
        number = number * 10 + Int(bytes[place] - 0x30)
        place += 1
      }
      guard place + 1 < bytes.count else { return nil }
      offset = place + 2
      return number
    }
  }
}
