import NIOCore

@testable import Shared

/// Replies are the same wherever the bytes were cut on their way.
enum ReplyFuzz {
  private enum Outcome: Equatable {
    case replies([RESPValue])
    case failure
  }

  static func run(_ bytes: UnsafeBufferPointer<UInt8>) {
    // The first bytes say where the others are cut.
    let cuts = bytes.prefix(4).map { Int($0) + 1 }
    let stream = Array(bytes.dropFirst(4))
    let whole = read([stream])
    let cut = read(pieces(of: stream, cuts))
    require(whole == cut, "cut at \(cuts) it reads \(cut) and not \(whole)")
  }

  static func pieces(of stream: [UInt8], _ lengths: [Int]) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var rest = stream[...]
    while !rest.isEmpty {
      let length = lengths[pieces.count % lengths.count]
      pieces.append(Array(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    return pieces
  }

  private static func read(_ pieces: [[UInt8]]) -> Outcome {
    var replies: [RESPValue] = []
    do {
      var reader = try RESPReader()
      for piece in pieces {
        try reader.feed(ByteBuffer(bytes: piece))
        while let reply = try reader.next() { replies.append(reply) }
      }
    } catch {
      require(!error.reason.isEmpty, "a failure gives no reason")
      return .failure
    }
    return .replies(replies)
  }
}
