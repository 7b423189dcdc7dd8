import Testing

@testable import Shared

@Suite("Requests in Gemini's dialect")
struct GeminiRequestTests {
  private let dialect = GeminiDialect()

  private func configuration(_ members: JSONObject, model: String = "gemini-2.5-pro") throws -> JSONValue? {
    try dialect.json(of: DialectFixture.chat(members), model: model)["generationConfig"]
  }

  @Test("a request merges turns of one role and sets system text apart")
  func complete() throws {
    let request = Conversation(
      turns: [
        Turn(role: .system, text: "Be brief."), Turn(role: .developer, text: "No \"slang\"."),
        Turn(role: .user, text: "One"), Turn(role: .user, text: "Two\n"),
        Turn(role: .assistant, text: "Three"), Turn(role: .user, text: "Four"),
      ], parameters: Parameters(maxTokens: 100, temperature: 0.5, topP: 0.9, stop: ["END"], seed: 7))
    let expected: JSONValue = [
      "contents": [
        ["role": "user", "parts": [["text": "One"], ["text": "Two\n"]]],
        ["role": "model", "parts": [["text": "Three"]]], ["role": "user", "parts": [["text": "Four"]]],
      ],
      "systemInstruction": ["parts": [["text": "Be brief."], ["text": "No \"slang\"."]]],
      "generationConfig": [
        "maxOutputTokens": 100, "temperature": 0.5, "topP": 0.9, "stopSequences": ["END"], "seed": 7,
      ],
    ]
    #expect(try dialect.json(of: request) == expected)
    #expect(try dialect.json(of: request, streams: true) == expected)
  }

  @Test("what a client leaves to the provider is not sent")
  func least() throws {
    #expect(
      try dialect.json(of: DialectFixture.chat(), model: "gemini-2.5-flash") == [
        "contents": [["role": "user", "parts": [["text": "Hi"]]]]
      ])
  }

  @Test("penalties, top_k and the form of the answer have names of their own")
  func otherSettings() throws {
    let schema: JSONValue = ["type": "object", "properties": ["a": ["type": ["string", "null"]]]]
    let members: JSONObject = [
      "presence_penalty": 0.5, "frequency_penalty": -1, "top_k": 40,
      "response_format": ["type": "json_schema", "json_schema": ["name": "n", "schema": schema]],
    ]
    #expect(
      try configuration(members) == [
        "presencePenalty": 0.5, "frequencyPenalty": -1, "topK": 40, "responseMimeType": "application/json",
        "responseJsonSchema": schema,
      ])
    #expect(
      try configuration(["response_format": ["type": "json_object"]]) == [
        "responseMimeType": "application/json"
      ])
    #expect(try configuration(["response_format": ["type": "text"]]) == nil)
  }

  @Test(
    "only a Flash model of Gemini 2.5 is told not to think, where thoughts would use up the answer's tokens")
  func withoutThoughts() throws {
    func thinking(_ members: JSONObject, _ model: String, saves: Bool = true) throws -> JSONValue? {
      var request = try DialectFixture.chat(members)
      request.parameters.savesThoughts = saves
      return try dialect.json(of: request, model: model)["generationConfig"]?["thinkingConfig"]
    }
    let limited: JSONObject = ["max_tokens": 256]
    #expect(try thinking(limited, "gemini-2.5-flash-lite") == ["thinkingBudget": 0])
    #expect(try thinking(limited, "gemini-2.5-flash", saves: false) == nil)
    #expect(try thinking(limited, "gemini-2.5-pro") == nil)
    #expect(try thinking([:], "gemini-2.5-flash") == nil)
    let effort: JSONObject = ["max_tokens": 256, "reasoning_effort": "low"]
    #expect(try thinking(effort, "gemini-2.5-flash") == ["thinkingBudget": 1024])
  }

  @Test("what is Gemini's own reaches it, also as the SDKs send it")
  func own() throws {
    let thinking: JSONObject = ["thinking_config": ["thinking_budget": 5, "include_thoughts": true]]
    for members in [thinking, ["extra_body": ["google": .object(thinking)]], ["google": .object(thinking)]] {
      #expect(
        try configuration(members) == ["thinkingConfig": ["thinkingBudget": 5, "includeThoughts": true]])
    }
    #expect(
      try configuration(["modalities": ["text", "image"]]) == ["responseModalities": ["TEXT", "IMAGE"]])
  }

  @Test(
    "an effort is a budget of thoughts up to Gemini 2.5, and a level from Gemini 3 on",
    arguments: [
      ("gemini-2.5-flash", "none", ["thinkingBudget": 0]),
      ("gemini-2.5-flash-lite", "none", ["thinkingBudget": 0]),
      ("gemini-2.5-pro", "none", ["thinkingBudget": 128]),
      ("gemini-3-pro-preview", "none", ["thinkingLevel": "low"]),
      ("gemini-3-flash-preview", "none", ["thinkingLevel": "minimal"]),
      ("gemini-2.5-flash", "minimal", ["thinkingBudget": 1024]),
      ("gemini-2.5-pro", "low", ["thinkingBudget": 1024]),
      ("gemini-2.5-pro", "medium", ["thinkingBudget": 8192]),
      ("gemini-flash-latest", "high", ["thinkingBudget": 24_576]),
      ("gemini-2.5-pro", "xhigh", ["thinkingBudget": 24_576]),
      ("models/gemini-3-flash-preview", "minimal", ["thinkingLevel": "minimal"]),
      ("gemini-3.1-pro", "minimal", ["thinkingLevel": "low"]),
      ("gemini-3-pro", "low", ["thinkingLevel": "low"]),
      ("gemini-3-pro", "medium", ["thinkingLevel": "medium"]),
      ("gemini-10-pro", "high", ["thinkingLevel": "high"]),
    ] as [(String, String, JSONValue)])
  func effort(model: String, effort: String, expected: JSONValue) throws {
    let configuration = try configuration(["reasoning_effort": .string(effort)], model: model)
    #expect(configuration == ["thinkingConfig": expected])
    let isMet = effort != "none" || expected == ["thinkingBudget": 0]
    let asked = try DialectFixture.chat(["reasoning_effort": .string(effort)])
    #expect(try dialect.dropped(of: asked, model: model) == (isMet ? [] : ["reasoning_effort"]))
  }

  @Test(
    "Anthropic's budget is the nearest that a model takes, and no thinking the least of it",
    arguments: [
      ("gemini-2.5-flash-lite", ["type": "enabled", "budget_tokens": 100], 512),
      ("gemini-2.5-flash", ["type": "enabled", "budget_tokens": 100], 100),
      ("gemini-2.5-flash", ["type": "enabled", "budget_tokens": 30_000], 24_576),
      ("gemini-2.5-pro", ["type": "enabled", "budget_tokens": 30_000], 30_000),
      ("gemini-2.5-flash-lite", ["type": "disabled"], 0), ("gemini-2.5-pro", ["type": "disabled"], 128),
    ] as [(String, JSONValue, Int64)])
  func budget(model: String, thinking: JSONValue, expected: Int64) throws {
    let asked = try DialectFixture.chat(["thinking": thinking])
    let told = try dialect.json(of: asked, model: model)["generationConfig"]?["thinkingConfig"]
    #expect(told?["thinkingBudget"]?.integer == expected)
    let isMet = expected == thinking["budget_tokens"]?.integer ?? 0
    #expect(try dialect.dropped(of: asked, model: model) == (isMet ? [] : ["thinking"]))
  }

  @Test("a seed fits Gemini's 32 bits, the same one each time")
  func seed() throws {
    #expect(try configuration(["seed": .integer(1 << 40 | 5)]) == ["seed": 5])
    #expect(try configuration(["seed": .integer(1 << 31)]) == ["seed": .integer(Int64(Int32.min))])
  }

  @Test("functions are declared with their whole schema")
  func tools() throws {
    let schema: JSONValue = [
      "type": "object", "properties": ["city": ["type": "string"]], "additionalProperties": false,
      "$defs": ["x": ["type": "integer"]],
    ]
    let tools: JSONValue = [
      [
        "type": "function",
        "function": ["name": "weather", "description": "Asks", "parameters": schema, "strict": true],
      ], ["type": "function", "function": ["name": "now"]],
    ]
    #expect(
      try dialect.json(of: DialectFixture.chat(["tools": tools]))["tools"] == [
        [
          "functionDeclarations": [
            ["name": "weather", "description": "Asks", "parametersJsonSchema": schema], ["name": "now"],
          ]
        ]
      ])
  }

  @Test(
    "whether functions must be called is said in Gemini's words",
    arguments: [
      ("auto", ["mode": "AUTO"]), ("none", ["mode": "NONE"]), ("required", ["mode": "ANY"]),
      (
        ["type": "function", "function": ["name": "now"]],
        ["mode": "ANY", "allowedFunctionNames": ["now"]]
      ),
    ] as [(JSONValue, JSONValue)])
  func choices(choice: JSONValue, expected: JSONValue) throws {
    let tools: JSONValue = [["type": "function", "function": ["name": "now"]]]
    let request = try DialectFixture.chat(["tools": tools, "tool_choice": choice])
    #expect(try dialect.json(of: request)["toolConfig"] == ["functionCallingConfig": expected])
  }

  @Test(
    "a model's name cannot change the path of the URL",
    arguments: [
      ("gemini-2.5-flash", "/models/gemini-2.5-flash"),
      ("models/gemini-2.5-flash", "/models/gemini-2.5-flash"),
      ("../v1/x?key=1#", "/models/..%2Fv1%2Fx%3Fkey%3D1%23"), ("ü\r\n", "/models/%C3%BC%0D%0A"),
    ])
  func path(model: String, path: String) {
    #expect(dialect.path(for: .chat, model: model) == path + ":generateContent")
    #expect(dialect.path(for: .chatStream, model: model) == path + ":streamGenerateContent?alt=sse")
    #expect(dialect.path(for: .embeddings, model: model) == path + ":batchEmbedContents")
  }
}
