import NIOCore
import TestSupport
import Testing

@testable import Shared

@Suite("What clients of Gemini's ask")
struct GeminiRequestReaderTests {
  private static let png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"

  private func read(_ json: JSONValue) throws -> Conversation {
    try GeminiRequestReader.conversation(model: "route", json)
  }

  private func contents(_ parts: JSONValue...) throws -> [Turn] {
    try read(["contents": [["role": "user", "parts": .array(parts)]]]).turns
  }

  // MARK: - There and back

  private static func request(_ generator: inout SplitMix) -> JSONValue {
    func maybe(_ chance: Int, _ value: JSONValue) -> JSONValue? { generator.happens(chance) ? value : nil }
    var contents: [JSONValue] = []
    for turn in 0..<Int.random(in: 1...3, using: &generator) {
      contents.append(["role": "user", "parts": .array(userParts(&generator))])
      let isLast = generator.happens(30)
      if isLast, turn > 0 { break }
      let calls = Int.random(in: 0...2, using: &generator)
      contents.append(["role": "model", "parts": .array(modelParts(&generator, calls: calls, turn))])
      guard calls > 0 else { continue }
      let results = (0..<calls).map { number -> JSONValue in
        [
          "functionResponse": [
            "id": .string("id_\(turn)_\(number)"), "name": .string("f\(number)"),
            "response": ["output": "läuft"],
          ]
        ]
      }
      contents.append(["role": "user", "parts": .array(results)])
    }
    var request: JSONObject = ["contents": .array(contents)]
    request["systemInstruction"] = maybe(50, ["parts": [["text": "Be brief."]]])
    request["safetySettings"] = maybe(
      30, [["category": "HARM_CATEGORY_HATE_SPEECH", "threshold": "BLOCK_NONE"]])
    request["labels"] = maybe(30, ["my_team": "a"])
    request["unknownMember"] = maybe(30, ["x": 1])
    request["generationConfig"] = maybe(60, configuration(&generator))
    if generator.happens(60) {
      request["tools"] = .array(
        [
          [
            "functionDeclarations": [
              [
                "name": "f0", "description": "F",
                "parameters": [
                  "type": "OBJECT", "properties": ["my_arg": ["type": "STRING", "nullable": true]],
                ],
              ],
              ["name": "f1", "parametersJsonSchema": ["type": "object"], "behavior": "NON_BLOCKING"],
            ]
          ]
        ] + (generator.happens(50) ? [["googleSearch": [:]]] : []))
      request["toolConfig"] = maybe(
        50, ["functionCallingConfig": ["mode": "ANY", "allowedFunctionNames": ["f0", "f1"]]])
    }
    return .object(request)
  }

  private static func userParts(_ generator: inout SplitMix) -> [JSONValue] {
    let all: [JSONValue] = [
      ["text": "Grüße"], ["inlineData": ["mimeType": "image/png", "data": .string(png)]],
      ["inlineData": ["mimeType": "audio/mpeg", "data": "AAAA"]],
      ["inlineData": ["mimeType": "application/pdf", "data": "AAAA", "displayName": "a.pdf"]],
      [
        "fileData": ["mimeType": "video/mp4", "fileUri": "https://g/v1beta/files/a"],
        "videoMetadata": ["fps": 2],
      ],
      ["fileData": ["mimeType": "image/webp", "fileUri": "gs://b/c"]],
    ]
    let parts = all.filter { _ in generator.happens(40) }
    return parts.isEmpty ? [all[0]] : parts
  }

  private static func modelParts(_ generator: inout SplitMix, calls: Int, _ turn: Int) -> [JSONValue] {
    var parts: [JSONValue] = []
    if generator.happens(40) { parts.append(["text": "Hm.", "thought": true, "thoughtSignature": "c2ln"]) }
    if generator.happens(60) || calls == 0 { parts.append(["text": "Well."]) }
    if generator.happens(20) { parts.append(["text": "", "thoughtSignature": "dGV4dA=="]) }
    if generator.happens(20) { parts.append(["executableCode": ["language": "PYTHON", "code": "1"]]) }
    for number in 0..<calls {
      var part: JSONObject = [
        "functionCall": [
          "id": .string("id_\(turn)_\(number)"), "name": .string("f\(number)"), "args": ["my_arg": [1, "ä"]],
        ]
      ]
      if generator.happens(50) { part["thoughtSignature"] = "Y2FsbA==" }
      parts.append(.object(part))
    }
    return parts
  }

  private static func configuration(_ generator: inout SplitMix) -> JSONValue {
    var members: JSONObject = [
      "maxOutputTokens": 100, "temperature": 0.5, "topP": 0.25, "topK": 40, "seed": -3,
      "presencePenalty": 0.5,
      "frequencyPenalty": -0.5, "stopSequences": ["x"], "mediaResolution": "MEDIA_RESOLUTION_LOW",
      "thinkingConfig": ["thinkingBudget": 512, "includeThoughts": true],
      "responseMimeType": "application/json",
      "responseSchema": ["type": "OBJECT", "properties": ["first_name": ["type": "STRING"]]],
    ]
    for name in members.keys where generator.happens(50) { members[name] = nil }
    return .object(members)
  }

  @Test("what is read is what is written for Gemini, and stored, for 300 random requests")
  func readsWhatItWrites() throws {
    var generator = SplitMix(seed: 3)
    for number in 0..<300 {
      let request = Self.request(&generator)
      var conversation = try read(request)
      let written = try GeminiDialect().json(of: conversation, model: "m/1")
      let again = try GeminiRequestReader.conversation(model: "route", written)
      #expect(again == conversation, "\(number): \(request)")
      #expect(try JobRequest(stored: JobRequest.chat(conversation).encoded()) == .chat(conversation))
      conversation.model = "m"
      #expect(try GeminiDialect().dropped(of: conversation) == [])
    }
  }

  @Test("names with underscores are the same as those in camel case, and a client's own stay")
  func names() throws {
    let snake: JSONValue = [
      "contents": [
        [
          "role": "user",
          "parts": [["text": "a"], ["inline_data": ["mime_type": "image/png", "data": .string(Self.png)]]],
        ],
        ["role": "model", "parts": [["function_call": ["name": "f", "args": ["my_arg": 1]]]]],
        ["role": "function", "parts": [["function_response": ["name": "f", "response": ["my_result": 2]]]]],
      ],
      "system_instruction": ["parts": ["text": "s"]],
      "generation_config": ["max_output_tokens": "7", "stop_sequences": ["x"], "top_k": 3],
      "tools": [
        "function_declarations": [
          "name": "f", "parameters": ["type": "OBJECT", "properties": ["my_arg": [:]]],
        ]
      ],
      "tool_config": ["function_calling_config": ["mode": "any", "allowed_function_names": ["f"]]],
      "labels": ["my_team": "a"], "safety_settings": nil,
    ]
    let conversation = try read(snake)
    #expect(conversation.turns[0] == Turn(role: .system, text: "s"))
    #expect(
      conversation.turns[1].parts.last == .image(ImagePart(source: "data:image/png;base64,\(Self.png)")))
    guard case .toolCall(let call)? = conversation.turns[2].parts.first,
      case .toolResult(let result)? = conversation.turns[3].parts.first
    else { return #expect(Bool(false), "\(conversation.turns)") }
    #expect(call.id == result.callID && call.arguments == #"{"my_arg":1}"#)
    #expect(result.parts == [.text(#"{"my_result":2}"#)])
    #expect(conversation.parameters.maxTokens == 7 && conversation.parameters.topK == 3)
    #expect(conversation.toolChoice == .function("f"))
    #expect(conversation.functions[0].parameters == ["type": "object", "properties": ["my_arg": [:]]])
    #expect(conversation.extras["labels"] == ["my_team": "a"])
    #expect(conversation.extras["safetySettings"] == nil)
  }

  @Test("results find their calls by id, else by name and order, and pieces of a stream are one turn")
  func pairs() throws {
    func call(_ name: String, _ id: String? = nil) -> JSONValue {
      var members: JSONObject = ["name": .string(name)]
      members["id"] = id.map(JSONValue.string)
      return ["functionCall": .object(members)]
    }
    func result(_ name: String, _ number: Int64, _ id: String? = nil) -> JSONValue {
      var members: JSONObject = ["name": .string(name), "response": ["n": .integer(number)]]
      members["id"] = id.map(JSONValue.string)
      return ["functionResponse": .object(members)]
    }
    let turns = try read([
      "contents": [
        ["parts": ["text": "go"]], ["role": "model", "parts": [["text": "I "]]],
        ["role": "model", "parts": [["text": "will."], call("f"), call("g"), call("f", "x")]],
        ["role": "user", "parts": [result("f", 3, "x"), result("f", 1)]],
        ["parts": [result("g", 2), ["text": "ok"]]],
      ]
    ]).turns
    #expect(turns.map(\.role) == [.user, .assistant, .tool, .tool, .tool, .user])
    #expect(turns[1].parts[0] == .text("I will."))
    let ids = turns[1].parts.compactMap { if case .toolCall(let call) = $0 { call.id } else { nil } }
    let results = turns.flatMap(\.parts).compactMap {
      if case .toolResult(let result) = $0 { result.callID } else { nil }
    }
    #expect(ids == ["call_1", "call_2", "x"] && results == ["x", "call_1", "call_2"])
  }

  @Test("Base64 is taken in both alphabets, and told in the usual one")
  func base64() throws {
    let turns = try contents(["inlineData": ["mimeType": "application/pdf", "data": "-_-_-w"]])
    #expect(turns[0].parts == [.document(DocumentPart(source: "data:application/pdf;base64,+/+/+w=="))])
  }

  // MARK: - Bad input

  private static let user: JSONValue = ["role": "user", "parts": [["text": "a"]]]
  private static let call: JSONValue = ["role": "model", "parts": [["functionCall": ["name": "f"]]]]

  private static func parts(_ part: JSONValue) -> JSONValue { ["contents": [["parts": [part]]]] }

  @Test(
    "what Gemini refuses is refused, with its place",
    arguments: [
      ([], "", "object"), ([:], "contents", "not specified"), (["contents": []], "contents", "not specified"),
      (["contents": "a"], "contents", "array"), (["contents": [1]], "contents[0]", "object"),
      (["contents": [["role": "assistant", "parts": [["text": "a"]]]]], "contents[0].role", "user, model"),
      (["contents": [["parts": []]]], "contents[0].parts", "must not be empty"),
      (["contents": [["role": "user"]]], "contents[0].parts", "must not be empty"),
      (parts([:]), "contents[0].parts[0]", "one initialized field"),
      (parts(["hologram": 1]), "contents[0].parts[0]", "Unknown name \"hologram\""),
      (parts(["text": 1]), "contents[0].parts[0].text", "text"),
      (
        parts(["inlineData": ["mimeType": "image/png", "data": "%%%"]]),
        "contents[0].parts[0].inlineData.data", "Base64"
      ),
      (
        parts(["inlineData": ["mimeType": "image/png", "data": ""]]), "contents[0].parts[0].inlineData.data",
        "Base64"
      ),
      (parts(["inlineData": ["data": "AAAA"]]), "contents[0].parts[0].inlineData.mimeType", "MIME"),
      (
        parts(["inlineData": ["mimeType": "image/jpeg", "data": .string(png)]]),
        "contents[0].parts[0].inlineData.data", "appears to be image/png"
      ),
      (parts(["fileData": ["mimeType": "a/b"]]), "contents[0].parts[0].fileData.fileUri", "address"),
      (parts(["functionCall": ["name": "f"]]), "contents[0].parts[0].functionCall", "model's"),
      (
        parts(["functionResponse": ["name": "f", "response": [:]]]), "contents[0].parts[0].functionResponse",
        "no call of f"
      ),
      (["contents": [user, call]], "contents", "number of function response parts"),
      (["contents": [user, call, user]], "contents[2]", "number of function response parts"),
      (
        ["contents": [user, call, ["parts": [["functionResponse": ["name": "g", "response": [:]]]]]]],
        "contents[2].parts[0].functionResponse", "no call of g"
      ),
      (
        ["contents": [user, ["role": "model", "parts": [["functionCall": ["name": "f", "args": "{}"]]]]]],
        "contents[1].parts[0].functionCall.args", "object"
      ),
      (
        ["contents": [user], "systemInstruction": ["parts": [["inlineData": [:]]]]],
        "systemInstruction.parts[0]", "text"
      ),
      (
        ["contents": [user], "tools": [["functionDeclarations": [["name": "a b"]]]]],
        "tools[0].functionDeclarations[0].name", "function name"
      ),
      (
        ["contents": [user], "tools": [["functionDeclarations": [["name": "f"], ["name": "f"]]]]],
        "tools[0].functionDeclarations[1]", "Duplicate"
      ),
      (
        ["contents": [user], "toolConfig": ["functionCallingConfig": ["mode": "SOME"]]],
        "toolConfig.functionCallingConfig.mode", "AUTO"
      ),
      (
        [
          "contents": [user],
          "toolConfig": ["functionCallingConfig": ["mode": "ANY", "allowedFunctionNames": ["x"]]],
        ], "toolConfig.functionCallingConfig.allowedFunctionNames", "'x'"
      ),
      (
        ["contents": [user], "generationConfig": ["candidateCount": 2]], "generationConfig.candidateCount",
        "one candidate"
      ),
      (
        ["contents": [user], "generationConfig": ["temperature": 3]], "generationConfig.temperature", "0 to 2"
      ),
      (
        ["contents": [user], "generationConfig": ["maxOutputTokens": 0]], "generationConfig.maxOutputTokens",
        "1 to"
      ),
      (
        ["contents": [user], "generationConfig": ["stopSequences": [""]]], "generationConfig.stopSequences",
        "texts"
      ),
    ] as [(JSONValue, String, String)])
  func bad(json: JSONValue, place: String, words: String) {
    let fault = #expect(throws: InputFault.self) { try read(json) }
    let path = (fault?.path ?? []).reduce(into: "") { path, step in
      switch step {
      case .name(let name): path += path.isEmpty ? name : ".\(name)"
      case .index(let index): path += "[\(index)]"
      }
    }
    #expect(path == place)
    #expect(fault?.sentence?.contains(words) == true, "\(fault?.sentence ?? "")")
  }

  @Test("ten thousand contents are read, more are refused")
  func many() throws {
    let contents = Array(repeating: Self.user, count: 10_001)
    #expect(try read(["contents": .array(contents.dropLast())]).turns.count == 10_000)
    #expect(throws: InputFault.self) { try read(["contents": .array(contents)]) }
  }

  // MARK: - For others

  @Test("others are asked in their own words; what only Gemini has is left out and named, or refused")
  func translated() throws {
    let conversation = try read([
      "contents": [
        [
          "parts": [
            ["text": "Look", "partMetadata": [:]],
            ["inlineData": ["mimeType": "image/png", "data": .string(Self.png)]],
          ]
        ],
        [
          "role": "model",
          "parts": [
            ["executableCode": ["code": "1"]], ["functionCall": ["id": "a", "name": "f", "args": ["x": 1]]],
          ],
        ],
        ["parts": [["functionResponse": ["id": "a", "name": "f", "response": ["error": "no"]]]]],
      ],
      "systemInstruction": ["parts": ["text": "s"]], "safetySettings": [], "labels": ["a": "b"],
      "tools": [["functionDeclarations": [["name": "f"], ["name": "g"]]], ["googleSearch": [:]]],
      "toolConfig": ["functionCallingConfig": ["mode": "ANY", "allowedFunctionNames": ["f", "g"]]],
      "generationConfig": [
        "topK": 3, "presencePenalty": 1, "responseMimeType": "application/json",
        "responseSchema": ["type": "OBJECT", "nullable": true], "thinkingConfig": ["thinkingBudget": 9000],
        "mediaResolution": "LOW", "maxOutputTokens": 9,
      ],
    ])
    let target = RequestTarget(provider: "p", model: "m")
    let written = try ChatDialect().told(conversation, for: target, streams: false)
    #expect(
      written.dropped == [
        "tools.googleSearch", "generationConfig.topK", "labels", "safetySettings",
        "generationConfig.mediaResolution", "contents.executableCode",
      ])
    let json = try JSONParser.parse(written.body)
    #expect(json["top_k"] == nil && json["presence_penalty"]?.double == 1 && json["max_tokens"] == 9)
    #expect(json["reasoning_effort"] == "high" && json["tool_choice"] == "required")
    #expect(json["tools"]?.array?.map { $0["function"]?["name"] } == ["f", "g"])
    #expect(
      json["response_format"]?["json_schema"] == [
        "name": "response", "schema": ["type": ["object", "null"]],
      ])
    #expect(json["messages"]?.array?.map { $0["role"] } == ["system", "user", "assistant", "tool"])
    #expect(json["messages"]?[3]?["content"] == #"{"error":"no"}"#)
    for (name, value) in [
      ("cachedContent", "c"), ("generationConfig", ["responseLogprobs": true]),
      ("generationConfig", ["responseModalities": ["IMAGE"]]),
      ("generationConfig", ["responseMimeType": "text/x.enum"]),
    ] as [(String, JSONValue)] {
      let asked = try read(["contents": [Self.user], .init(name): value])
      #expect(throws: ProviderFault.self) {
        try ChatDialect().told(asked, for: target, streams: false)
      }
    }
  }

  @Test("a picture in a result stands in it where that can be, else the user says it")
  func pictures() throws {
    let picture: JSONValue = ["inlineData": ["mimeType": "image/png", "data": .string(Self.png)]]
    let conversation = try read([
      "contents": [
        Self.user, ["role": "model", "parts": [["functionCall": ["id": "a", "name": "f"]]]],
        [
          "parts": [["functionResponse": ["id": "a", "name": "f", "response": ["x": 1], "parts": [picture]]]]
        ],
      ]
    ])
    let own = try GeminiDialect().json(of: conversation, model: "m")
    #expect(own["contents"]?[2]?["parts"]?[0]?["functionResponse"]?["parts"] == [picture])
    let target = RequestTarget(provider: "p", model: "m")
    let chat = try JSONParser.parse(
      ChatDialect().told(conversation, for: target, streams: false).body)["messages"]
    #expect(chat?.array?.map { $0["role"] } == ["user", "assistant", "tool", "user"])
    #expect(chat?[2]?["content"] == #"{"x":1}"# && chat?[3]?["content"]?[0]?["type"] == "image_url")
    let claude = try JSONParser.parse(
      MessagesDialect().told(conversation, for: target, streams: false).body)["messages"]
    #expect(claude?[2]?["content"]?[0]?["content"]?[1]?["type"] == "image")
    var asked = conversation
    asked.dialect = .chat
    for (model, isWithin) in [("gemini-3-pro", true), ("gemini-2.5-flash", false)] {
      let parts = try GeminiDialect().json(of: asked, model: model)["contents"]?[2]?["parts"]
      #expect((parts?[0]?["functionResponse"]?["parts"] == [picture]) == isWithin)
      #expect((parts?[1] == picture) == !isWithin)
    }
  }
}
