import Testing

@testable import Shared

@Suite("Conversations in Anthropic's dialect")
struct MessagesConversationTests {
  private let dialect = MessagesDialect()

  private func messages(_ messages: JSONValue) throws -> JSONValue? {
    try dialect.json(of: DialectFixture.chat(messages: messages))["messages"]
  }

  @Test("a conversation of system messages only is asked as the user's")
  func systemOnly() throws {
    let json = try dialect.json(
      of: DialectFixture.chat(messages: [["role": "system", "content": "Write a poem."]]))
    #expect(json["messages"] == [["role": "user", "content": [["type": "text", "text": "Write a poem."]]]])
    #expect(json["system"] == nil)
  }

  @Test("a conversation never starts with the model and holds no blank text")
  func startsWithUser() throws {
    let conversation: JSONValue = [
      ["role": "user", "content": " \n"], ["role": "assistant", "content": "Once upon"],
    ]
    #expect(
      try messages(conversation) == [
        ["role": "user", "content": [["type": "text", "text": "."]]],
        ["role": "assistant", "content": [["type": "text", "text": "Once upon"]]],
      ])
    #expect(
      try messages([["role": "user", "content": ""]]) == [
        ["role": "user", "content": [["type": "text", "text": "."]]]
      ])
  }

  @Test("images, files and marks for the cache stand in their blocks, in the order in which they came")
  func media() throws {
    let conversation: JSONValue = [
      [
        "role": "user",
        "content": [
          ["type": "image_url", "image_url": ["url": "data:image/png;base64,aGk=", "detail": "high"]],
          ["type": "image_url", "image_url": ["url": "https://example.com/image?id=4"]],
          ["type": "file", "file": ["filename": "a.pdf", "file_data": "data:application/pdf;base64,aGkh"]],
          ["type": "file", "file": ["file_data": "data:application/pdf;base64,aGkh"]],
          ["type": "text", "text": "What is it?", "cache_control": ["type": "ephemeral"]],
        ],
      ]
    ]
    let pdf: JSONValue = ["type": "base64", "media_type": "application/pdf", "data": "aGkh"]
    #expect(
      try messages(conversation) == [
        [
          "role": "user",
          "content": [
            ["type": "image", "source": ["type": "base64", "media_type": "image/png", "data": "aGk="]],
            ["type": "image", "source": ["type": "url", "url": "https://example.com/image?id=4"]],
            ["type": "document", "source": pdf, "title": "a.pdf"], ["type": "document", "source": pdf],
            ["type": "text", "text": "What is it?", "cache_control": ["type": "ephemeral"]],
          ],
        ]
      ])
  }

  @Test("calls and all their results become blocks, results first in their turn")
  func toolTurns() throws {
    let conversation: JSONValue = [
      ["role": "user", "content": "Weather and time?"],
      [
        "role": "assistant", "content": "One moment.", "refusal": nil,
        "tool_calls": [
          [
            "id": "functions.weather:0", "type": "function",
            "function": ["name": "weather", "arguments": "{\"city\": \"Bern\"}"],
            "extra_content": ["google": ["thought_signature": "c2ln"]],
          ], ["id": "b", "type": "function", "function": ["name": "now", "arguments": ""]],
        ],
      ], ["role": "tool", "tool_call_id": "b", "content": ""], ["role": "user", "content": "And?"],
      [
        "role": "tool", "tool_call_id": "functions.weather:0",
        "content": [
          ["type": "text", "text": "clear"],
          ["type": "image_url", "image_url": ["url": "https://x/sky.png"]],
        ],
      ],
    ]
    #expect(
      try messages(conversation) == [
        ["role": "user", "content": [["type": "text", "text": "Weather and time?"]]],
        [
          "role": "assistant",
          "content": [
            ["type": "text", "text": "One moment."],
            [
              "type": "tool_use", "id": "functions_weather_0", "name": "weather", "input": ["city": "Bern"],
            ], ["type": "tool_use", "id": "b", "name": "now", "input": [:]],
          ],
        ],
        [
          "role": "user",
          "content": [
            ["type": "tool_result", "tool_use_id": "b"],
            [
              "type": "tool_result", "tool_use_id": "functions_weather_0",
              "content": [
                ["type": "text", "text": "clear"],
                ["type": "image", "source": ["type": "url", "url": "https://x/sky.png"]],
              ],
            ], ["type": "text", "text": "And?"],
          ],
        ],
      ])
  }

  @Test("an answer with thoughts and calls goes back to its maker as it came")
  func roundTrip() throws {
    let body = #"""
      {"type":"message","role":"assistant","content":[{"type":"thinking","thinking":"Hm","signature":"s"},
      {"type":"text","text":"Let me see."},
      {"type":"tool_use","id":"toolu_1","name":"f","input":{"a":[1,{"b":null}]}}],"stop_reason":"tool_use"}
      """#
    let answer = try dialect.read(DialectFixture.response(200, body)).get().answer
    var assistant: JSONObject = ["role": "assistant", "content": .string(answer.text)]
    for (name, value) in answer.chatMessage { assistant[name] = value }
    let conversation: JSONValue = [
      ["role": "user", "content": "Go"], .object(assistant),
      ["role": "tool", "tool_call_id": "toolu_1", "content": "1"],
    ]
    #expect(
      try messages(conversation) == [
        ["role": "user", "content": [["type": "text", "text": "Go"]]],
        [
          "role": "assistant",
          "content": [
            ["type": "thinking", "thinking": "Hm", "signature": "s"],
            ["type": "text", "text": "Let me see."],
            ["type": "tool_use", "id": "toolu_1", "name": "f", "input": ["a": [1, ["b": nil]]]],
          ],
        ],
        [
          "role": "user",
          "content": [
            ["type": "tool_result", "tool_use_id": "toolu_1", "content": [["type": "text", "text": "1"]]]
          ],
        ],
      ])
  }

  @Test("what a model said in refusal stays in the conversation")
  func refusals() throws {
    let conversation: JSONValue = [
      ["role": "user", "content": "Go"], ["role": "assistant", "content": nil, "refusal": "No."],
      ["role": "user", "content": "Please"],
      ["role": "assistant", "content": [["type": "refusal", "refusal": "Still no."]]],
    ]
    let written = try #require(messages(conversation)?.array)
    #expect(written[1]["content"] == [["type": "text", "text": "No."]])
    #expect(written[3]["content"] == [["type": "text", "text": "Still no."]])
  }
}
