import Testing

@testable import Shared

@Suite("Whose the signatures of calls are, where they went through a chat client")
struct SignatureMakerTests {
  /// A history that holds what a provider's answer told a chat client.
  private func history(_ message: JSONObject) throws -> Conversation {
    var assistant: JSONObject = ["role": "assistant", "content": nil]
    for (name, value) in message { assistant[name] = value }
    let id = try #require(message["tool_calls"]?[0]?["id"])
    let read = try DialectFixture.chat(messages: [
      ["role": "user", "content": "Go"], .object(assistant),
      ["role": "tool", "tool_call_id": id, "content": "1"],
    ])
    var named = read
    for turn in named.turns.indices { named.turns[turn].nameMakersOfCalls() }
    // As it comes out of the queue.
    guard case .chat(let stored) = try JobRequest(stored: JobRequest.chat(named).encoded()) else {
      return named
    }
    return stored
  }

  private func answer(_ parts: String) throws -> Answer {
    let body = #"{"candidates":[{"content":{"parts":[\#(parts)]},"finishReason":"STOP"}]}"#
    return try GeminiDialect().read(DialectFixture.response(200, body)).get().answer
  }

  private static let call = #"{"functionCall":{"name":"f","args":{}},"thoughtSignature":"c2ln"}"#

  /// The signature that a provider of Gemini's gets.
  private func signature(
    of conversation: Conversation, for provider: String, model: String = "m"
  ) throws -> JSONValue? {
    let target = RequestTarget(provider: provider, model: model)
    let body = try GeminiDialect().write(conversation, for: target, streams: false).body
    return try JSONParser.parse(body)["contents"]?[1]?["parts"]?[0]?["thoughtSignature"]
  }

  @Test("one of a known provider's goes to that provider only, and the conversation prefers it")
  func known() throws {
    let asked = try history(try answer(Self.call).chatMessage)
    #expect(asked.maker == DialectFixture.maker(.gemini))
    #expect(try signature(of: asked, for: DialectFixture.provider) == "c2ln")
    #expect(try signature(of: asked, for: "other") == nil)
    #expect(
      try signature(of: asked, for: "other", model: "gemini-3-pro") == "skip_thought_signature_validator")
  }

  @Test("the same where it came in pieces, with the provider's key")
  func pieces() throws {
    var call = ToolCall(id: "a", name: "f", arguments: "{", maker: DialectFixture.maker(.gemini))
    call.maker?.key = .listed(2)
    var last = ToolCall(id: "", name: "", arguments: "}", signature: "c2ln")
    var writer = ChatDeltaWriter()
    func content(_ call: ToolCall) -> JSONValue? {
      writer.write(AnswerDelta([.part(.toolCall(call), at: 0, choice: 0)]))
        .message["tool_calls"]?[0]?["extra_content"]
    }
    #expect(content(call) == nil)
    let told = try #require(content(last))
    #expect(
      told == ["google": ["thought_signature": "c2ln"], "sluice": ["maker": .string("gemini:p#2")]])
    // Clients add up what is told again.
    last.arguments = ""
    #expect(content(last) == ["google": ["thought_signature": "c2ln"]])
    let asked = try history([
      "tool_calls": [
        ["id": "a", "type": "function", "function": ["name": "f", "arguments": "{}"], "extra_content": told]
      ]
    ])
    #expect(asked.maker == call.maker)
  }

  @Test("where a client kept no more of a call than what is Google's, the thoughts beside it tell the maker")
  func thoughts() throws {
    var message = try answer(#"{"text":"Hm","thought":true},\#(Self.call)"#).chatMessage
    var call = try #require(message["tool_calls"]?[0]?.object)
    call["extra_content"] = ["google": ["thought_signature": "c2ln"]]
    message["tool_calls"] = [.object(call)]
    let asked = try history(message)
    #expect(try signature(of: asked, for: DialectFixture.provider) == "c2ln")
    #expect(try signature(of: asked, for: "other") == nil)
    // Nothing tells whose it is: a history of Google's own client's.
    message["reasoning_details"] = nil
    #expect(try signature(of: history(message), for: "other") == "c2ln")
  }

  @Test("Google's own chat endpoint gets what it signed, and nothing of ours")
  func chatEndpoint() throws {
    var shape = ProviderShape.neutral
    shape.takesSignatures = true
    func sent(_ conversation: Conversation, to provider: String) throws -> JSONValue? {
      let target = RequestTarget(provider: provider, model: "m", shape: shape)
      let body = try ChatDialect().write(conversation, for: target, streams: false).body
      return try JSONParser.parse(body)["messages"]?[1]?["tool_calls"]?[0]?["extra_content"]
    }
    let signed: JSONValue = ["google": ["thought_signature": "c2ln"]]
    let asked = try history(try answer(Self.call).chatMessage)
    #expect(try sent(asked, to: DialectFixture.provider) == signed)
    #expect(try sent(asked, to: "other") == nil)
    let unknown = try history([
      "tool_calls": [
        [
          "id": "a", "type": "function", "function": ["name": "f", "arguments": "{}"],
          "extra_content": signed,
        ]
      ]
    ])
    #expect(try sent(unknown, to: "other") == signed)
  }
}
