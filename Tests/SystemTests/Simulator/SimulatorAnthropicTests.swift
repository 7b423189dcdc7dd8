import Shared
import TestSupport
import Testing

@Suite("The provider simulator as Anthropic")
struct SimulatorAnthropicTests {
  private static let api = ProviderAPI.anthropic

  @Test("answers with a message")
  func message() async throws {
    try await SimulatorProcess.with { simulator in
      let reply = try await Self.api.ask(simulator, "what is a sluice?", ["system": "Be brief."])
      #expect(reply.json["type"] == "message")
      #expect(reply.json["role"] == "assistant")
      #expect(reply.json["model"] == "claude")
      #expect(reply.json["stop_reason"] == "end_turn")
      #expect(reply.json["id"]?.string?.hasPrefix("msg_") == true)
      #expect(reply.headers["request-id"]?.hasPrefix("req_") == true)
      #expect(reply.headers["anthropic-ratelimit-requests-remaining"] != nil)
      let short = try await Self.api.ask(simulator, "what is a sluice?", ["max_tokens": 3])
      #expect(short.json["stop_reason"] == "max_tokens")
      #expect(short.json["usage"]?["output_tokens"] == 3)
    }
  }

  @Test("takes a key as a bearer, too")
  func bearer() async throws {
    try await SimulatorProcess.with { simulator in
      var statuses: [Int] = []
      for key in ["key", "wrong"] {
        let headers = ["Authorization": "Bearer \(key)", "anthropic-version": "2026-10-21"]
        statuses.append(
          try await simulator.call(Self.api.path(), headers: headers, body: Self.api.question("a")).status)
      }
      #expect(statuses == [200, 401])
    }
  }

  @Test("streams named events in their order, and usage at both ends")
  func stream() async throws {
    try await SimulatorProcess.with { simulator in
      let reply = try await Self.api.ask(simulator, "what is a sluice?", isStream: true)
      let events = try reply.events
      let types = events.map { $0["type"]?.string ?? "" }
      let names = reply.body.split(separator: "\n").filter { $0.hasPrefix("event: ") }
      #expect(names.map { String($0.dropFirst("event: ".count)) } == types)
      #expect(types.prefix(4) == ["message_start", "content_block_start", "ping", "content_block_delta"])
      #expect(types.suffix(3) == ["content_block_stop", "message_delta", "message_stop"])
      #expect(events[0]["message"]?["usage"]?["input_tokens"]?.integer ?? 0 > 0)
      #expect(events[0]["message"]?["content"] == [])
      #expect(events[events.count - 2]["usage"]?["output_tokens"]?.integer ?? 0 > 1)
      #expect(events[events.count - 2]["delta"]?["stop_reason"] == "end_turn")
    }
  }

  @Test("takes the names of OpenAI's reasons for its own")
  func reasons() async throws {
    try await SimulatorProcess.with { simulator in
      for (name, own): (JSONValue, JSONValue) in [
        ("length", "max_tokens"), ("content_filter", "refusal"), ("pause_turn", "pause_turn"), (nil, nil),
      ] {
        try await simulator.script([["behaviour": ["finish_reason": name]]])
        #expect(try await Self.api.ask(simulator, "a").json["stop_reason"] == own)
      }
    }
  }
}
