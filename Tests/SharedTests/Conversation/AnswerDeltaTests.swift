import NIOCore
import Testing

@testable import Shared

@Suite("Pieces of answers")
struct AnswerDeltaTests {
  @Test("pieces that follow each other read as one")
  func append() {
    var delta = AnswerDelta(text: "A", message: ["reasoning": "H"], logprobs: ["content": [1]])
    delta.append(AnswerDelta(text: "B", message: ["reasoning": "m", "refusal": "No"]))
    delta.append(AnswerDelta(logprobs: ["content": [2], "refusal": nil]))
    delta.append(AnswerDelta(logprobs: ["content": nil]))
    #expect(
      delta
        == AnswerDelta(
          text: "AB", message: ["reasoning": "Hm", "refusal": "No"],
          logprobs: ["content": [1, 2], "refusal": nil]))
  }

  @Test("fragments of calls are kept apart, each with its index")
  func fragments() {
    var delta = AnswerDelta(message: ["tool_calls": [["index": 0, "id": "a"]]])
    delta.append(AnswerDelta(message: ["tool_calls": [["index": 0, "function": ["arguments": "{}"]]]]))
    #expect(
      delta.message == [
        "tool_calls": [["index": 0, "id": "a"], ["index": 0, "function": ["arguments": "{}"]]]
      ])
  }

  @Test("of anything but texts, lists and objects the later one holds")
  func later() {
    var delta = AnswerDelta(message: ["a": 1, "b": "x", "c": nil])
    delta.append(AnswerDelta(message: ["a": 2, "b": 3, "c": "y"]))
    #expect(delta.message == ["a": 2, "b": 3, "c": "y"])
  }

  @Test("the first piece that names who answers counts")
  func target() {
    var delta = AnswerDelta(text: "A")
    var next = AnswerDelta(text: "B")
    next.target = Target(provider: "groq", model: "x/y")
    next.attempts = 2
    delta.append(next)
    next.target = Target(provider: "other", model: "z")
    next.attempts = 3
    delta.append(next)
    #expect(delta.target == Target(provider: "groq", model: "x/y") && delta.attempts == 2)
  }

  @Test("a piece without anything is empty, and a target alone is nothing to read")
  func empty() {
    var delta = AnswerDelta()
    delta.target = Target(provider: "groq", model: "x")
    #expect(delta.isEmpty)
    #expect(!AnswerDelta(text: "A").isEmpty)
    #expect(!AnswerDelta(message: ["a": nil]).isEmpty)
    #expect(!AnswerDelta(logprobs: .null).isEmpty)
  }

  @Test("a piece reads back as it was stored")
  func roundTrip() {
    var full = AnswerDelta(
      text: "ü\n\"", message: ["tool_calls": [["index": 0, "id": "a"]]], logprobs: ["content": []])
    full.target = Target(provider: "groq", model: "x/y")
    full.attempts = 2
    for delta in [full, AnswerDelta(text: "A"), AnswerDelta()] {
      #expect(AnswerDelta(stored: delta.encoded()) == delta)
    }
  }

  @Test("what is no stored piece is refused", arguments: ["", "{}", "[]", #"{"text":1}"#, #"{"text":"A""#])
  func damaged(text: String) {
    #expect(AnswerDelta(stored: ByteBuffer(string: text)) == nil)
  }
}
