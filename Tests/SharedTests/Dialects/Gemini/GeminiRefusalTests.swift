import Testing

@testable import Shared

@Suite("What Gemini is not asked")
struct GeminiRefusalTests {
  private func message(_ request: Conversation, model: String = "gemini-2.5-pro") -> String? {
    guard let fault = GeminiDialect().refusal(of: request, model: model) else { return nil }
    #expect(fault.kind == .requestRefused)
    #expect(fault.reason == "cannot be translated")
    return fault.message
  }

  @Test("members that change nothing about the answer are left out, and so are values that hold anyway")
  func advisory() throws {
    let members: JSONObject = [
      "user": "u", "metadata": ["a": "b"], "store": true, "service_tier": "flex", "safety_identifier": "s",
      "prompt_cache_key": "k", "prompt_cache_retention": "24h", "stream": true,
      "stream_options": ["include_usage": true], "n": 1, "logprobs": false, "logit_bias": [:],
      "parallel_tool_calls": true, "modalities": ["text"],
      "verbosity": nil, "tool_choice": "auto", "response_format": ["type": "text"], "tools": [],
    ]
    let request = try DialectFixture.chat(members)
    #expect(try GeminiDialect().json(of: request) == GeminiDialect().json(of: DialectFixture.chat()))
    #expect(
      try GeminiDialect().dropped(of: request) == [
        "user", "prompt_cache_key", "prompt_cache_retention", "safety_identifier", "service_tier", "store",
      ])
  }

  @Test(
    "members that Gemini has no equivalent of are refused by name",
    arguments: [
      ("n", 2), ("logprobs", true), ("top_logprobs", 3), ("logit_bias", ["50256": -100]),
      ("audio", ["voice": "alloy"]), ("web_search_options", [:]), ("functions", [["name": "f"]]),
      ("Emoji 🙂", 1),
    ] as [(String, JSONValue)])
  func members(name: String, value: JSONValue) throws {
    #expect(
      message(try DialectFixture.chat([name: value]))
        == "Gemini has no `\(name)`; leave it out, or ask a provider that has it.")
  }

  @Test("a name that a client made up cannot spoil the sentence")
  func longName() throws {
    let name = "a\n\u{1B}[31m" + String(repeating: "x", count: 5000)
    let sentence = try #require(message(DialectFixture.chat([name: 1])))
    #expect(sentence.unicodeScalars.count <= ProviderMessage.limit)
    #expect(!sentence.contains("\n") && !sentence.contains("\u{1B}"))
  }

  private static let function: JSONValue = ["type": "function", "function": ["name": "f"]]

  @Test(
    "tools and forms that Gemini lacks are refused with what to do",
    arguments: [
      (
        ["tools": [["type": "custom", "custom": ["name": "x"]]]],
        "Gemini has no tools of the type `custom`; leave it out, or ask a provider that has it."
      ), (["tools": [["type": "function"]]], "tools[0]: a function should have a name."),
      (
        ["tools": [function], "tool_choice": ["type": "allowed_tools"]],
        "Gemini has no such `tool_choice`; it is \"auto\", \"none\", \"required\" or one function."
      ), (["tool_choice": "required"], "`tool_choice` asks for a call, but there are no `tools`."),
      (
        ["response_format": ["type": "grammar"]],
        "Gemini has no such `response_format`; leave it out, or ask a provider that has it."
      ),
      (["presence_penalty": "much"], "`presence_penalty` should be a number."),
    ] as [(JSONObject, String)])
  func settings(members: JSONObject, sentence: String) throws {
    #expect(message(try DialectFixture.chat(members)) == sentence)
  }

  @Test(
    "wishes that change no meaning are left out and named",
    arguments: [
      ("verbosity", "low"), ("prediction", ["type": "content"]), ("reasoning_effort", "huge"),
      ("reasoning_effort", 1), ("user", "u"), ("seed_of_nobody", nil),
    ] as [(String, JSONValue)])
  func hints(name: String, value: JSONValue) throws {
    #expect(
      try GeminiDialect().dropped(of: DialectFixture.chat([name: value])) == (value.isNull ? [] : [name]))
  }

  @Test("several calls at once matter only where there may be calls")
  func parallelCalls() throws {
    func dropped(_ members: JSONObject) throws -> [String] {
      try GeminiDialect().dropped(of: DialectFixture.chat(members))
    }
    #expect(try dropped(["parallel_tool_calls": false, "tools": [Self.function]]) == ["parallel_tool_calls"])
    #expect(try dropped(["parallel_tool_calls": false]) == [])
    #expect(
      try dropped(["tools": [Self.function], "parallel_tool_calls": false, "tool_choice": "none"]) == [])
  }

  @Test("Gemini 3 cannot be kept from thinking: it thinks as little as it can")
  func withoutThoughts() throws {
    let request = try DialectFixture.chat(["reasoning_effort": "none"])
    #expect(
      try GeminiDialect().json(of: request, model: "gemini-3-pro")["generationConfig"] == [
        "thinkingConfig": ["thinkingLevel": "low"]
      ])
  }

  @Test("a speaker's name is left out and told; of a sound that its maker alone knows its place is kept")
  func speakers() throws {
    let named = try DialectFixture.chat(messages: [["role": "user", "content": "Hi", "name": "Ada"]])
    #expect(try GeminiDialect().dropped(of: named) == ["name"])
    let sound = try DialectFixture.chat(messages: [
      ["role": "user", "content": "Say it"],
      ["role": "assistant", "content": nil, "audio": ["id": "audio_1"]], ["role": "user", "content": "Hi"],
    ])
    #expect(
      try GeminiDialect().json(of: sound)["contents"] == [
        ["role": "user", "parts": [["text": "Say it"]]], ["role": "model", "parts": [["text": "[audio]"]]],
        ["role": "user", "parts": [["text": "Hi"]]],
      ])
  }

  @Test(
    "parts that Gemini lacks are refused with their place",
    arguments: [
      (
        ["type": "video_url", "video_url": ["url": "https://x/y.mp4"]],
        "Gemini has no `video_url` parts; leave it out, or ask a provider that has it."
      ),
      (
        ["type": "image_url", "image_url": ["url": "https://example.com/image?id=4"]],
        "Gemini must be told what kind of image it is, and the address has no ending such as .png; "
          + "send the image as a data: URL."
      ),
      (
        ["type": "image_url", "image_url": ["url": "http://example.com/a.png"]],
        "Gemini takes an image as a data: URL or at an https address."
      ),
      (
        ["type": "image_url", "image_url": ["url": "data:image/png,aGk="]],
        "a data: URL should start as in data:image/png;base64,"
      ),
      (
        ["type": "image_url", "image_url": ["url": "data:image/png;base64,a b="]],
        "what follows the comma of a data: URL should be Base64."
      ),
      (
        ["type": "input_audio", "input_audio": ["data": "aGkh", "format": "flac"]],
        "`input_audio` should have `data` in Base64 and a `format`, wav or mp3."
      ),
      (
        ["type": "input_audio", "input_audio": ["data": "?", "format": "wav"]],
        "`input_audio` should have `data` in Base64 and a `format`, wav or mp3."
      ),
      (
        ["type": "file", "file": ["file_id": "file-1"]],
        "Gemini takes a file as `file_data` with a data: URL, and not by its id."
      ),
    ] as [(JSONValue, String)])
  func parts(part: JSONValue, sentence: String) throws {
    let messages: JSONValue = [["role": "user", "content": [["type": "text", "text": "Hi"], part]]]
    #expect(message(try DialectFixture.chat(messages: messages)) == "messages[0]: content[1]: \(sentence)")
  }

  @Test(
    "messages that make no sense to Gemini are refused with their place",
    arguments: [
      (
        [["role": "system", "content": [["type": "image_url", "image_url": ["url": "https://x/y.png"]]]]],
        "messages[0]: Gemini takes nothing but text in system messages."
      ),
      (
        [["role": "user", "content": "Hi"], ["role": "tool", "tool_call_id": "z", "content": "1"]],
        "messages[1]: `tool_call_id` should be the id of a call in an assistant message before it."
      ),
      (
        [
          [
            "role": "assistant",
            "tool_calls": [["id": "a", "type": "function", "function": ["name": "f", "arguments": "[1]"]]],
          ]
        ], "messages[0]: the arguments of tool_calls[0] should be the text of a JSON object."
      ),
      (
        [
          [
            "role": "assistant",
            "tool_calls": [["id": "a", "type": "custom", "custom": ["name": "x", "input": "y"]]],
          ]
        ],
        "messages[0]: Gemini has no calls of anything but functions, such as tool_calls[0]; leave it out, "
          + "or ask a provider that has it."
      ),
    ] as [(JSONValue, String)])
  func messages(messages: JSONValue, sentence: String) throws {
    #expect(message(try DialectFixture.chat(messages: messages)) == sentence)
  }
}
