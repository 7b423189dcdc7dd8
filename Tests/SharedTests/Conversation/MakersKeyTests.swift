import NIOCore
import TestSupport
import Testing

@testable import Shared

@Suite("Under which key a part was made")
struct MakersKeyTests {
  private let maker = Maker(provider: "p", dialect: .messages)

  private func parts(_ maker: Maker?) -> [Part] {
    var call = ToolCall(id: "c", name: "f", arguments: "{}")
    call.maker = maker
    return [
      .thought(Thought("Hm", signature: "s", maker: maker)), .text("Hello"), .toolCall(call),
      .opaque(OpaquePart(name: "x", members: ["x": 1], dialect: .messages, maker: maker)),
    ]
  }

  @Test("it is said of what has a maker, whole and bit by bit")
  func said() {
    var answer = Answer(parts: parts(maker), finishReason: .stop)
    answer.setMakersKey(.listed(2))
    let keyed = Maker(provider: "p", dialect: .messages, key: .listed(2))
    #expect(answer.choices[0].parts == parts(keyed))
    var folded = Answer()
    for var event in Answer(parts: parts(maker), finishReason: .stop).delta.events {
      event.setMakersKey(.listed(2))
      folded.apply(event)
    }
    #expect(folded.choices[0].parts == parts(keyed))
  }

  @Test("nothing is said of what has none, or one that is not known")
  func unsaid() {
    for maker in [nil, Maker(provider: nil, dialect: .messages)] {
      var answer = Answer(parts: parts(maker), finishReason: .stop)
      answer.setMakersKey(.own)
      #expect(answer.choices[0].parts == parts(maker))
    }
  }

  @Test("it is stored with the part", arguments: [KeyPlace.listed(3), .own])
  func stored(key: KeyPlace) throws {
    let answer = Answer(
      parts: parts(Maker(provider: "p", dialect: .messages, key: key)), finishReason: .stop)
    let result = JobResult(
      answer: answer, provider: "p", model: "m", cost: .zero, latency: .zero, cascadePath: [])
    let read = try #require(StoredResult(result.encoded()))
    #expect(read.answer.choices[0].parts == answer.choices[0].parts)
  }

  @Test("a client that brings a thought back brings it along", arguments: [nil, KeyPlace.listed(3), .own])
  func returned(key: KeyPlace?) throws {
    let thought = Thought("Hm", signature: "s", maker: Maker(provider: "p", dialect: .messages, key: key))
    let entry = try #require(ReasoningDetail.entry(of: thought, index: 0))
    #expect(ReasoningDetail.thought(entry) == thought)
    let conversation = Conversation(
      turns: [Turn(role: .user, text: "Hi"), Turn(role: .assistant, parts: [.thought(thought)])])
    #expect(conversation.maker == thought.maker)
  }
}
