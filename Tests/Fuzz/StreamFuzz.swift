import NIOCore
import Shared

@testable import Worker

/// A stream means the same wherever its bytes were cut on their way: the same answer, or the same fault.
enum StreamFuzz {
  private struct Outcome: Equatable {
    /// Nil for a fault. New ids of calls are left out: they differ each time.
    var answer: Answer?
    var fault: ProviderFault?
  }

  /// The first byte names the dialect, the next three say where the others are cut.
  static func run(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard bytes.count > 4 else { return }
    let dialects = Dialect.allCases
    let dialect = dialects[Int(bytes[0]) % dialects.count]
    let stream = Array(bytes.dropFirst(4))
    let whole = read([stream], dialect)
    let cuts = bytes.dropFirst().prefix(3).map { Int($0) + 1 }
    require(read(ReplyFuzz.pieces(of: stream, cuts), dialect) == whole, "cut at \(cuts) it reads otherwise")
  }

  private static func read(_ pieces: [[UInt8]], _ dialect: Dialect) -> Outcome {
    var answer = StreamedAnswer(wire: dialect.wire, hiding: Secret(AnswerFuzz.key), maker: "fuzz")
    answer.begin(status: 200, headers: ["content-type": "text/event-stream"])
    var told = AnswerDelta()
    var outcome = Outcome()
    do {
      for piece in pieces { told.append(try answer.feed(ByteBuffer(bytes: piece))) }
      let (whole, rest) = try answer.end()
      told.append(rest)
      AnswerFuzz.check(whole)
      checkTold(told, of: whole.answer)
      outcome.answer = withoutIDs(whole.answer)
    } catch {
      AnswerFuzz.check(error)
      outcome.fault = error
    }
    return outcome
  }

  /// What was told joins to the answer, also when it is read back from where it was stored.
  private static func checkTold(_ told: AnswerDelta, of answer: Answer) {
    var writer = JobDeltaWriter(as: .parts)
    guard let stored = JobDelta(stored: writer.encode(JobDelta(told))) else {
      fatalError("a stored piece cannot be read")
    }
    require(stored.content == .events(told), "storing changed a piece")
    require(told.isEmpty || told.text == answer.text, "what was told is not the answer")
  }

  private static func withoutIDs(_ answer: Answer) -> Answer {
    var answer = answer
    for choice in answer.choices.indices {
      for part in answer.choices[choice].parts.indices {
        guard case .toolCall(var call) = answer.choices[choice].parts[part] else { continue }
        call.id = ""
        answer.choices[choice].parts[part] = .toolCall(call)
      }
    }
    return answer
  }
}
