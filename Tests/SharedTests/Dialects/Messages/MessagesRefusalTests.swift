import Testing

@testable import Shared

@Suite("What Anthropic is not asked")
struct MessagesRefusalTests {
  private func message(_ request: Conversation) -> String? {
    guard let fault = MessagesDialect().refusal(of: request) else { return nil }
    #expect(fault.kind == .requestRefused)
    #expect(fault.reason == "cannot be translated")
    return fault.message
  }

  @Test(
    "members that Anthropic has no equivalent of are refused by name",
    arguments: [
      ("n", 2), ("seed", 7), ("logprobs", true), ("logit_bias", ["50256": -100]), ("presence_penalty", 0.5),
      ("frequency_penalty", -1), ("modalities", ["audio"]), ("verbosity", "low"),
    ] as [(String, JSONValue)])
  func members(name: String, value: JSONValue) throws {
    #expect(
      message(try DialectFixture.chat([name: value]))
        == "Anthropic has no `\(name)`; leave it out, or ask a provider that has it.")
  }

  private static let function: JSONValue = ["type": "function", "function": ["name": "f"]]

  @Test(
    "settings, tools and forms that Anthropic lacks are refused with what to do",
    arguments: [
      (
        ["temperature": 1.5],
        "Anthropic's temperature ends at 1; ask with 0 to 1, or ask a provider that goes to 2."
      ),
      (
        ["tools": [["type": "web_search"]]],
        "Anthropic has no tools of the type `web_search`; leave it out, or ask a provider that has it."
      ),
      (
        ["tools": [function], "tool_choice": ["type": "allowed_tools"]],
        "Anthropic has no such `tool_choice`; it is \"auto\", \"none\", \"required\" or one function."
      ),
      (
        ["response_format": ["type": "json_object"]],
        "Anthropic has no `response_format` of the type json_object; ask with json_schema, or another provider."
      ),
      (
        ["reasoning_effort": "minimal"],
        "Anthropic has no `reasoning_effort` \"minimal\"; leave it out, or ask a provider that has it."
      ),
    ] as [(JSONObject, String)])
  func settings(members: JSONObject, sentence: String) throws {
    #expect(message(try DialectFixture.chat(members)) == sentence)
  }

  @Test("the hottest temperature that Anthropic takes is asked for")
  func temperature() throws {
    #expect(message(try DialectFixture.chat(["temperature": 1])) == nil)
  }

  @Test(
    "parts that Anthropic lacks are refused with their place",
    arguments: [
      (
        ["type": "input_audio", "input_audio": ["data": "aGkh", "format": "wav"]],
        "Anthropic has no `input_audio` parts; leave it out, or ask a provider that has it."
      ),
      (
        ["type": "image_url", "image_url": ["url": "data:image/tiff;base64,aGkh"]],
        "Anthropic takes images of the kinds JPEG, PNG, GIF and WebP, not image/tiff."
      ),
      (
        ["type": "image_url", "image_url": ["url": "ftp://x/y.png"]],
        "Anthropic takes an image as a data: URL or at an https address."
      ),
      (
        ["type": "file", "file": ["file_data": "data:text/csv;base64,aGkh"]],
        "Anthropic takes PDF files, not text/csv."
      ),
      (
        ["type": "file", "file": ["file_id": "file-1"]],
        "Anthropic takes a file as `file_data` with a data: URL, and not by its id."
      ),
    ] as [(JSONValue, String)])
  func parts(part: JSONValue, sentence: String) throws {
    let messages: JSONValue = [["role": "user", "content": [part]]]
    #expect(message(try DialectFixture.chat(messages: messages)) == "messages[0]: content[0]: \(sentence)")
  }

  @Test("a call without an id, and a result with a sound, are refused")
  func results() throws {
    func call(_ id: String) -> JSONValue {
      [
        "role": "assistant",
        "tool_calls": [
          ["id": .string(id), "type": "function", "function": ["name": "f", "arguments": "{}"]]
        ],
      ]
    }
    let noID = try DialectFixture.chat(messages: [call("")])
    #expect(message(noID) == "messages[0]: a tool call should have an `id`.")
    let sound: JSONValue = [
      "role": "tool", "tool_call_id": "a",
      "content": [["type": "input_audio", "input_audio": ["data": "aGkh", "format": "wav"]]],
    ]
    #expect(
      message(try DialectFixture.chat(messages: [call("a"), sound]))
        == "messages[1]: Anthropic takes nothing but text and images as the result of a function.")
  }

  @Test("Anthropic has no embeddings")
  func embeddings() {
    let request = EmbeddingRequest(model: "m", input: "x")
    let refusal = ProviderFault(
      .requestRefused, "cannot be translated",
      message: "Anthropic has no embeddings; ask a provider that has them.")
    #expect(throws: refusal) { try MessagesDialect().body(of: request, model: "m") }
    #expect(MessagesDialect().read(DialectFixture.response(200, "{}"), to: request).fault == refusal)
  }
}
