import NIOCore
import OrderedCollections
import Testing

@testable import Shared

@Suite("Answers, however they come")
struct AnswerPropertyTests {
  /// The numbers of the random answers; a failure names its own.
  static let seeds: Range<UInt64> = 0..<400

  private func fold(_ deltas: [AnswerDelta]) -> Answer {
    var answer = Answer()
    for delta in deltas { for event in delta.events { answer.apply(event) } }
    return answer
  }

  private func joined(_ deltas: [AnswerDelta]) -> AnswerDelta {
    var joined = AnswerDelta()
    for delta in deltas { joined.append(delta) }
    return joined
  }

  @Test("a text that is empty is read back as one")
  func emptyText() throws {
    let answer = Answer(parts: [.text("")], finishReason: .stop)
    let result = JobResult(
      answer: answer, provider: "p", model: "m", cost: .zero, latency: .zero, cascadePath: [])
    #expect(StoredResult(result.encoded())?.answer == answer)
  }

  @Test("the events of an answer fold to it, one by one and in any groups")
  func grouping() {
    for seed in Self.seeds {
      var samples = AnswerSamples(seed: seed)
      let answer = samples.answer(choices: seed % 5 == 0 ? 2 : 1)
      let events = samples.events(of: answer)
      let groups = samples.groups(of: events)
      #expect(fold(events.map { AnswerDelta([$0]) }) == answer, "seed \(seed)")
      #expect(fold(groups) == answer, "seed \(seed)")
      #expect(joined(groups) == AnswerDelta(events), "seed \(seed)")
      #expect(fold([joined(groups)]) == answer, "seed \(seed)")
    }
  }

  @Test("an answer that is told again folds to itself, but for how it ended and what it used")
  func toldAgain() {
    for seed in Self.seeds {
      var samples = AnswerSamples(seed: seed)
      let answer = samples.answer()
      #expect(fold([answer.delta]) == withoutEnd(answer), "seed \(seed)")
    }
  }

  private func withoutEnd(_ answer: Answer) -> Answer {
    var answer = answer
    answer.usage = .zero
    for index in answer.choices.indices { answer.choices[index].finishReason = nil }
    return answer
  }

  @Test("an answer reads back as it was stored")
  func stored() throws {
    for seed in Self.seeds {
      var samples = AnswerSamples(seed: seed)
      var answer = samples.answer(choices: seed % 5 == 0 ? 2 : 1)
      var json = JSONWriter()
      json.object { answer.write(to: &$0) }
      let read = Answer(stored: try JSONParser.parse(json.buffer))
      // Usage stands beside it.
      answer.usage = .zero
      #expect(read == answer, "seed \(seed)")
    }
  }

  @Test("a delta reads back as it was stored")
  func storedDelta() {
    for seed in Self.seeds {
      var samples = AnswerSamples(seed: seed)
      let answer = samples.answer(choices: seed % 5 == 0 ? 2 : 1)
      var writer = JobDeltaWriter(as: .parts)
      for delta in samples.groups(of: samples.events(of: answer)) {
        // What an answer used is not told.
        let told = AnswerDelta(delta.events.filter { if case .usage = $0 { false } else { true } })
        #expect(JobDelta(stored: writer.encode(JobDelta(told)))?.content == .events(told), "seed \(seed)")
      }
    }
  }

  @Test("a result reads back as it was stored, and shows native clients a text")
  func result() throws {
    for seed in Self.seeds {
      var samples = AnswerSamples(seed: seed)
      var answer = samples.answer(choices: seed % 5 == 0 ? 2 : 1)
      var result = JobResult(
        answer: answer, provider: "p", model: "m", cost: .zero, latency: .zero, cascadePath: [])
      if seed % 3 == 0 { result.dropped = ["top_p"] }
      let stored = try #require(StoredResult(result.encoded()), "seed \(seed)")
      answer.usage = .zero
      answer.choices[0].finishReason = answer.finishReason ?? .stop
      #expect(stored.answer == answer, "seed \(seed)")
      #expect(
        stored.dropped == result.dropped && StoredResult.dropped(in: result.encoded()) == result.dropped)
      let shown = try JSONParser.parse(StoredResult.shown(result.encoded()))
      #expect(shown["response"] == .string(answer.text) && shown["inner"] == nil, "seed \(seed)")
      #expect(shown["message"]?.object ?? [:] == answer.chatMessage, "seed \(seed)")
    }
  }
}
