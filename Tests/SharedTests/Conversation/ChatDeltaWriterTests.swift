import NIOCore
import OrderedCollections
import TestSupport
import Testing

@testable import Shared

@Suite("Answers as OpenAI's clients read them")
struct ChatDeltaWriterTests {
  private let writer = ChatAnswerWriter(id: "chatcmpl-1", created: 1)

  /// The message of the chunks, joined as OpenAI's Python SDK joins them.
  private func joined(_ deltas: [AnswerDelta]) throws -> (JoinedDelta, logprobs: JSONObject) {
    var chunks = [writer.beginning(model: "m", before: deltas.first ?? AnswerDelta(), includesUsage: false)]
    var state = ChatDeltaWriter()
    for delta in deltas {
      let written = state.write(delta)
      if !written.isEmpty { chunks.append(writer.chunk(model: "m", written, includesUsage: false)) }
    }
    var message = JoinedDelta()
    var logprobs: JSONObject = [:]
    for chunk in chunks {
      let choice = try JSONParser.parse(chunk)["choices"]?[0]
      message.add(choice?["delta"]?.object ?? [:])
      logprobs.joinLogprobs(choice?["logprobs"]?.object ?? [:])
    }
    return (message, logprobs)
  }

  @Test("the chunks of any stream join to the whole message")
  func joins() throws {
    for seed in AnswerPropertyTests.seeds {
      var samples = AnswerSamples(seed: seed)
      let answer = samples.answer()
      let whole = try JSONParser.parse(writer.whole(answer, model: "m", usage: [:]))["choices"]?[0]
      let told = samples.events(of: answer).filter {
        switch $0 {
        case .finish, .usage: false
        default: true
        }
      }
      for deltas in [samples.groups(of: told), told.map { AnswerDelta([$0]) }, [answer.delta]] {
        let (message, logprobs) = try joined(deltas)
        #expect(message.faults == [], "seed \(seed)")
        #expect(
          comparable(message.members) == comparable(whole?["message"]?.object ?? [:]), "seed \(seed)")
        #expect(logprobs == whole?["logprobs"]?.object ?? [:], "seed \(seed)")
      }
    }
  }

  /// Without what differs between chunks and whole messages: absent members are null there, and their lists have no index
  /// unless the provider gave them one. Nobody knows at the beginning whether a text will come, so that no content is null
  /// or empty.
  private func comparable(_ message: JSONObject) -> JSONValue {
    var members = message.filter { !$0.value.isNull }
    if members["content"] == "" { members["content"] = nil }
    for (name, value) in members {
      guard let entries = value.array, entries.contains(where: { $0.object != nil }) else { continue }
      members[name] = .array(
        entries.map { .object(($0.object ?? [:]).filter { $0.key != "index" }) })
    }
    return .object(members)
  }

  @Test("what names a call is told once, and each of several calls has its index")
  func calls() {
    var writer = ChatDeltaWriter()
    let head = ToolCall(id: "a", name: "f", arguments: "")
    let piece = ToolCall(id: "", name: "", arguments: "{}")
    let second = ToolCall(kind: .custom, id: "b", name: "g", arguments: "x")
    #expect(
      writer.write(AnswerDelta([.part(.toolCall(head), at: 1, choice: 0)])).message == [
        "tool_calls": [
          ["id": "a", "type": "function", "function": ["name": "f", "arguments": ""], "index": 0]
        ]
      ])
    #expect(
      writer.write(
        AnswerDelta([.part(.toolCall(piece), at: 1, choice: 0), .part(.toolCall(second), at: 2, choice: 0)])
      ).message == [
        "tool_calls": [
          ["function": ["arguments": "{}"], "index": 0],
          ["id": "b", "type": "custom", "custom": ["name": "g", "input": "x"], "index": 1],
        ]
      ])
  }

  @Test("a sealed thought of another dialect goes out as an entry that its maker knows again")
  func sealed() {
    let maker = Maker(provider: "claude", dialect: .messages)
    var writer = ChatDeltaWriter()
    let written = writer.write(
      AnswerDelta([.part(.thought(Thought("", sealed: "x", maker: maker)), at: 0, choice: 0)]))
    #expect(
      written.message == [
        "reasoning_details": [
          [
            "type": "reasoning.encrypted", "id": "sluice:anthropic:claude", "format": "anthropic-claude-v1",
            "data": "x", "index": 0,
          ]
        ]
      ])
  }

  @Test("nothing is written of other choices, nor of the end")
  func otherChoices() {
    var writer = ChatDeltaWriter()
    let delta = AnswerDelta([.part(.text("x"), at: 0, choice: 1), .finish(.stop, choice: 0), .usage(.zero)])
    #expect(writer.write(delta).isEmpty)
  }
}
