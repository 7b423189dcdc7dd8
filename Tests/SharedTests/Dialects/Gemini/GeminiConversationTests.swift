import Testing

@testable import Shared

@Suite("Conversations in Gemini's dialect")
struct GeminiConversationTests {
  private let dialect = GeminiDialect()

  private func contents(_ messages: JSONValue, model: String = "gemini-2.5-pro") throws -> JSONValue? {
    try dialect.json(of: DialectFixture.chat(messages: messages), model: model)["contents"]
  }

  @Test("a conversation of system messages only is asked as the user's")
  func systemOnly() throws {
    let request = try DialectFixture.chat(messages: [["role": "system", "content": "Write a poem."]])
    #expect(
      try dialect.json(of: request) == ["contents": [["role": "user", "parts": [["text": "Write a poem."]]]]])
  }

  @Test("contents never start with the model and hold no empty part")
  func startsWithUser() throws {
    let messages: JSONValue = [
      ["role": "user", "content": ""], ["role": "assistant", "content": "Once upon"],
    ]
    #expect(
      try contents(messages) == [
        ["role": "user", "parts": [["text": " "]]], ["role": "model", "parts": [["text": "Once upon"]]],
      ])
    #expect(try contents([["role": "user", "content": ""]]) == [["role": "user", "parts": [["text": " "]]]])
  }

  @Test("images, sounds and files stand in their parts, in the order in which they came")
  func media() throws {
    let messages: JSONValue = [
      [
        "role": "user",
        "content": [
          ["type": "text", "text": "Look:"],
          [
            "type": "image_url",
            "image_url": ["url": "data:image/PNG;charset=x;base64,aGk=", "detail": "high"],
          ],
          ["type": "image_url", "image_url": ["url": "https://example.com/a.b/c.JPEG?size=1.gif#x"]],
          ["type": "input_audio", "input_audio": ["data": "aGkh", "format": "wav"]],
          ["type": "input_audio", "input_audio": ["data": "aGkh", "format": "mp3"]],
          [
            "type": "file",
            "file": ["filename": "a.pdf", "file_data": "data:application/pdf;base64,aGkhIQ=="],
          ],
          ["type": "text", "text": "", "cache_control": ["type": "ephemeral"]],
          ["type": "text", "text": "What is it?", "cache_control": ["type": "ephemeral"]],
        ],
      ]
    ]
    let written = try contents(messages)
    #expect(
      written == [
        [
          "role": "user",
          "parts": [
            ["text": "Look:"], ["inlineData": ["mimeType": "image/png", "data": "aGk="]],
            [
              "fileData": [
                "mimeType": "image/jpeg", "fileUri": "https://example.com/a.b/c.JPEG?size=1.gif#x",
              ]
            ], ["inlineData": ["mimeType": "audio/wav", "data": "aGkh"]],
            ["inlineData": ["mimeType": "audio/mp3", "data": "aGkh"]],
            ["inlineData": ["mimeType": "application/pdf", "data": "aGkhIQ=="]], ["text": "What is it?"],
          ],
        ]
      ])
  }

  private func turns(firstCall: JSONObject = [:], signature: JSONValue? = nil) -> JSONValue {
    var call: JSONObject = [
      "id": "a", "type": "function", "function": ["name": "weather", "arguments": "{\"city\": \"Bern\"}"],
    ]
    if let signature { call["extra_content"] = ["google": ["thought_signature": signature]] }
    return [
      ["role": "user", "content": "Weather and time?"],
      [
        "role": "assistant", "content": "One moment.", "refusal": nil, "annotations": [], "reasoning": "Hm",
        "tool_calls": [
          .object(call), ["id": "b", "type": "function", "function": ["name": "now", "arguments": " "]],
        ],
      ], ["role": "tool", "tool_call_id": "b", "content": "noon"],
      [
        "role": "tool", "tool_call_id": "a", "name": "weather",
        "content": [["type": "text", "text": "{\"sky\":"], ["type": "text", "text": "\"clear\"}"]],
      ], ["role": "user", "content": "And?"],
    ]
  }

  /// The turns above, with what may differ in the first call.
  private func expected(_ signature: JSONValue?) -> JSONValue {
    var call: JSONObject = ["functionCall": ["id": "a", "name": "weather", "args": ["city": "Bern"]]]
    if let signature { call["thoughtSignature"] = signature }
    return [
      ["role": "user", "parts": [["text": "Weather and time?"]]],
      [
        "role": "model",
        "parts": [
          ["text": "One moment."], .object(call), ["functionCall": ["id": "b", "name": "now", "args": [:]]],
        ],
      ],
      [
        "role": "user",
        "parts": [
          ["functionResponse": ["id": "b", "name": "now", "response": ["output": "noon"]]],
          ["functionResponse": ["id": "a", "name": "weather", "response": ["sky": "clear"]]],
          ["text": "And?"],
        ],
      ],
    ]
  }

  @Test("calls and all their results become parts, matched by their ids")
  func toolTurns() throws {
    #expect(try contents(turns()) == expected(nil))
  }

  @Test("a thought's signature goes back with the call that it came with")
  func signature() throws {
    #expect(try contents(turns(signature: "c2ln")) == expected("c2ln"))
    #expect(try contents(turns(signature: "c2ln"), model: "gemini-3-pro") == expected("c2ln"))
  }

  @Test("to Gemini 3 the first call of another model bears the signature that stands for none")
  func foreignCall() throws {
    #expect(try contents(turns(), model: "gemini-3-pro") == expected("skip_thought_signature_validator"))
  }

  @Test("what functions returned comes first in its turn, whatever the client sent between")
  func resultsFirst() throws {
    let messages: JSONValue = [
      ["role": "user", "content": "Go"],
      [
        "role": "assistant",
        "tool_calls": [["id": "a", "type": "function", "function": ["name": "f", "arguments": "{}"]]],
      ], ["role": "user", "content": "Wait"], ["role": "tool", "tool_call_id": "a", "content": "[1]"],
    ]
    #expect(
      try contents(messages)?[2] == [
        "role": "user",
        "parts": [
          ["functionResponse": ["id": "a", "name": "f", "response": ["output": "[1]"]]], ["text": "Wait"],
        ],
      ])
  }

  @Test("an answer with calls goes back as it came")
  func roundTrip() throws {
    let body = #"""
      {"candidates":[{"content":{"parts":[
      {"functionCall":{"name":"f","args":{"a":[1,{"b":null}]}},"thoughtSignature":"c2ln"},
      {"functionCall":{"name":"g","id":"own"}}]},"finishReason":"STOP"}]}
      """#
    let answer = try dialect.read(DialectFixture.response(200, body)).get().answer
    let first = try #require(answer.chatMessage["tool_calls"]?[0]?["id"]?.string)
    var assistant: JSONObject = ["role": "assistant", "content": nil]
    for (name, value) in answer.chatMessage { assistant[name] = value }
    let messages: JSONValue = [
      ["role": "user", "content": "Go"], .object(assistant),
      ["role": "tool", "tool_call_id": .string(first), "content": "1"],
      ["role": "tool", "tool_call_id": "own", "content": ""],
    ]
    #expect(
      try contents(messages) == [
        ["role": "user", "parts": [["text": "Go"]]],
        [
          "role": "model",
          "parts": [
            [
              "functionCall": ["id": .string(first), "name": "f", "args": ["a": [1, ["b": nil]]]],
              "thoughtSignature": "c2ln",
            ], ["functionCall": ["id": "own", "name": "g", "args": [:]]],
          ],
        ],
        [
          "role": "user",
          "parts": [
            ["functionResponse": ["id": .string(first), "name": "f", "response": ["output": "1"]]],
            ["functionResponse": ["id": "own", "name": "g", "response": ["output": ""]]],
          ],
        ],
      ])
  }
}
