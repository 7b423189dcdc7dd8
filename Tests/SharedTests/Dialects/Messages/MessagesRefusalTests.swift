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
      ("n", 2), ("logprobs", true), ("logit_bias", ["50256": -100]), ("modalities", ["audio"]),
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
    ] as [(JSONObject, String)])
  func settings(members: JSONObject, sentence: String) throws {
    #expect(message(try DialectFixture.chat(members)) == sentence)
  }

  @Test(
    "wishes that change no meaning are left out and named",
    arguments: [
      ("seed", 7), ("presence_penalty", 0.5), ("frequency_penalty", -1), ("verbosity", "low"),
      ("service_tier", "flex"), ("reasoning_effort", "huge"), ("temperature", 1.5),
    ] as [(String, JSONValue)])
  func hints(name: String, value: JSONValue) throws {
    #expect(try MessagesDialect().dropped(of: DialectFixture.chat([name: value])) == [name])
  }

  @Test("the hottest temperature that Anthropic takes is asked for, and stands for a hotter one")
  func temperature() throws {
    let hottest = try DialectFixture.chat(["temperature": 1])
    #expect(try MessagesDialect().dropped(of: hottest).isEmpty)
    for request in [hottest, try DialectFixture.chat(["temperature": 1.5])] {
      #expect(try MessagesDialect().json(of: request)["temperature"]?.double == 1)
    }
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

  @Test("a call without an id gets one, and a result with a sound is refused")
  func results() throws {
    func call(_ id: String) -> JSONValue {
      [
        "role": "assistant",
        "tool_calls": [
          ["id": .string(id), "type": "function", "function": ["name": "f", "arguments": "{}"]]
        ],
      ]
    }
    let noID: JSONValue = [call(""), ["role": "tool", "tool_call_id": "", "content": "1"]]
    let written = try MessagesDialect().json(of: DialectFixture.chat(messages: noID))["messages"]
    let id = try #require(written?[1]?["content"]?[0]?["id"]?.string)
    #expect(!id.isEmpty && written?[2]?["content"]?[0]?["tool_use_id"]?.string == id)
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
    #expect(throws: refusal) { try MessagesDialect().json(of: request) }
    #expect(MessagesDialect().read(DialectFixture.response(200, "{}"), to: request).fault == refusal)
  }
}
