import NIOCore
import OrderedCollections
import Testing

@testable import Shared

@Suite("Pieces of answers")
struct AnswerDeltaTests {
  private func part(_ part: Part, at index: Int = 0) -> AnswerEvent { .part(part, at: index, choice: 0) }

  @Test("pieces that follow each other read as one")
  func append() {
    var delta = AnswerDelta([
      part(.thought(Thought("H"))), part(.text("A"), at: 1), .logprobs(["content": [1]], choice: 0),
    ])
    delta.append(
      AnswerDelta([part(.text("B"), at: 1), part(.thought(Thought("m"))), part(.refusal("No"), at: 2)]))
    delta.append(.logprobs(["content": [2], "refusal": nil], choice: 0))
    delta.append(.logprobs(["content": nil], choice: 0))
    #expect(
      delta.events == [
        part(.thought(Thought("Hm"))), part(.text("AB"), at: 1),
        .logprobs(["content": [1, 2], "refusal": nil], choice: 0), part(.refusal("No"), at: 2),
      ])
    #expect(delta.text == "AB")
  }

  @Test("pieces of a call are one piece of it, and those of another call stand apart")
  func calls() {
    let head = ToolCall(id: "a", name: "f", arguments: "")
    let rest = ToolCall(id: "", name: "", arguments: "{}")
    var delta = AnswerDelta([part(.toolCall(head))])
    delta.append(AnswerDelta([part(.toolCall(rest)), part(.toolCall(head), at: 1)]))
    #expect(
      delta.events == [
        part(.toolCall(ToolCall(id: "a", name: "f", arguments: "{}"))), part(.toolCall(head), at: 1),
      ])
  }

  @Test("members of the message hold as they were first told, others as they were told last")
  func members() {
    var delta = AnswerDelta([
      .message(["a": 1], choice: 0), .choice(["a": 1], choice: 0), .extras(["a": 1], .chat),
    ])
    delta.append(
      AnswerDelta([
        .message(["a": 2, "b": 3], choice: 0), .choice(["a": 2], choice: 0),
        .extras(["a": 2, "b": 3], .chat),
      ]))
    #expect(
      delta.events == [
        .message(["a": 1, "b": 3], choice: 0), .choice(["a": 2], choice: 0),
        .extras(["a": 2, "b": 3], .chat),
      ])
  }

  @Test("a piece without anything is empty")
  func empty() {
    #expect(AnswerDelta().isEmpty)
    #expect(!AnswerDelta("A").isEmpty)
    #expect(!AnswerDelta([.logprobs([:], choice: 0)]).isEmpty)
  }

  @Test("a piece reads back as it was stored, with who answers, after how many, and what was not told")
  func roundTrip() {
    var full = JobDelta(
      AnswerDelta([part(.text("ü\n\"")), part(.toolCall(ToolCall(id: "a", name: "f", arguments: "")), at: 1)])
    )
    full.target = Target(provider: "groq", model: "x/y")
    full.attempts = 2
    full.dropped = ["top_p"]
    var headOnly = full
    headOnly.content = .events(AnswerDelta())
    for delta in [full, headOnly, JobDelta(AnswerDelta("A")), JobDelta()] {
      var writer = JobDeltaWriter(as: .parts)
      #expect(JobDelta(stored: writer.encode(delta)) == delta)
    }
  }

  @Test("native clients are shown a text, and in OpenAI's form what is none")
  func shown() {
    var reader = JobDeltaReader()
    let call = ToolCall(id: "a", name: "f", arguments: "{}")
    #expect(String(buffer: reader.shown(AnswerDelta("A"))) == #"{"text":"A"}"#)
    #expect(
      String(buffer: reader.shown(AnswerDelta([part(.toolCall(call), at: 1)])))
        == #"{"text":"","message":{"tool_calls":[{"id":"a","type":"function","function":"#
        + #"{"name":"f","arguments":"{}"},"index":0}]}}"#)
  }

  @Test("what is no stored piece is refused", arguments: ["", "{}", "[]", #"{"text":1}"#, #"{"text":"A""#])
  func damaged(text: String) {
    #expect(JobDelta(stored: ByteBuffer(string: text)) == nil)
  }
}
