import NIOCore
import Shared

@testable import Worker

/// A stream means the same wherever its bytes were cut on their way: the same answer, or the same fault.
enum StreamFuzz {
  private struct Outcome: Equatable {
    /// Nil for a fault.
    var text: String?
    var finishReason: FinishReason?
    var usage: TokenUsage?
    /// Their ids may be new each time.
    var calls = 0
    var fault: ProviderFault?
  }

  /// The first byte names the dialect, the next three say where the others are cut.
  static func run(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard bytes.count > 4 else { return }
    let dialects = ProviderDialect.allCases
    let dialect = dialects[Int(bytes[0]) % dialects.count]
    let stream = Array(bytes.dropFirst(4))
    let whole = read([stream], dialect)
    let cuts = bytes.dropFirst().prefix(3).map { Int($0) + 1 }
    require(read(ReplyFuzz.pieces(of: stream, cuts), dialect) == whole, "cut at \(cuts) it reads otherwise")
  }

  private static func read(_ pieces: [[UInt8]], _ dialect: ProviderDialect) -> Outcome {
    var answer = StreamedAnswer(wire: dialect.wire, hiding: Secret(AnswerFuzz.key))
    answer.begin(status: 200, headers: ["content-type": "text/event-stream"])
    var told = AnswerDelta()
    var outcome = Outcome()
    do {
      for piece in pieces { told.append(try answer.feed(ByteBuffer(bytes: piece))) }
      let (whole, rest) = try answer.end()
      told.append(rest)
      AnswerFuzz.check(whole)
      require(told.text == whole.text, "what was told is not the answer")
      require(AnswerDelta(stored: told.encoded()) == told, "storing changed a piece")
      outcome.text = whole.text
      outcome.finishReason = whole.finishReason
      outcome.usage = whole.usage
      outcome.calls = whole.message["tool_calls"]?.array?.count ?? 0
    } catch {
      AnswerFuzz.check(error)
      outcome.fault = error
    }
    return outcome
  }
}
