import NIOCore
import Shared
import Testing

@testable import API

@Suite("Reading a submission")
struct SubmissionDecodingTests {
  /// Native answers are short, so they are not to be spent on thoughts.
  private func parameters(
    maxTokens: Int, temperature: Double, topP: Double? = nil, stop: [String] = [], seed: Int64? = nil
  ) -> Parameters {
    var parameters = Parameters(
      maxTokens: maxTokens, temperature: temperature, topP: topP, stop: stop, seed: seed)
    parameters.savesThoughts = true
    return parameters
  }

  @Test("a prompt alone becomes a request with the documented defaults")
  func defaults() throws {
    let submission = try SubmissionFixture.query.decode(["prompt": "Why?"]).get()
    #expect(
      submission.conversation
        == Conversation(
          turns: [Turn(role: .user, text: "Why?")], parameters: parameters(maxTokens: 256, temperature: 0.7)))
    #expect(submission.cache == .use)
    #expect(submission.lane == .interactive)
    #expect(submission.expiresIn == .seconds(86_400))
    #expect(String(buffer: submission.order.metadataJSON) == "{}")
    #expect(try SubmissionFixture.decode(#"{"prompt":"x"}"#).get().lane == .standard)
  }

  @Test("every field reaches its place")
  func everyField() throws {
    let submission = try SubmissionFixture.decode(
      """
      {"messages":[{"role":"developer","content":"d"},{"role":"user","content":[{"type":"text","text":"a"},
       {"text":"b","type":"text"}]},{"role":"assistant","content":""},{"role":"user","content":"c"}],
       "system":"s","model":"gemini/other","max_tokens":7,"temperature":1,"top_p":0.5,"stop":"END","seed":-3,
       "cache":"off","priority":"batch","metadata":{"a":"1","b":"\\n"},"expires_in":60}
      """
    ).get()
    #expect(
      submission.conversation
        == Conversation(
          model: "gemini/other",
          turns: [
            Turn(role: .system, text: "s"), Turn(role: .developer, text: "d"), Turn(role: .user, text: "ab"),
            Turn(role: .assistant, text: ""), Turn(role: .user, text: "c"),
          ],
          parameters: parameters(maxTokens: 7, temperature: 1, topP: 0.5, stop: ["END"], seed: -3)))
    #expect(submission.cache == .off)
    #expect(submission.lane == .batch)
    #expect(submission.expiresIn == .seconds(60))
    #expect(String(buffer: submission.order.metadataJSON) == #"{"a":"1","b":"\n"}"#)
  }

  @Test("null for a member that there is not means absent, too")
  func unknownNull() throws {
    let body = #"{"tools":null,"messages":[{"role":"user","content":"a","name":null,"tool_calls":null}]}"#
    #expect(try SubmissionFixture.faults(body) == [])
  }

  @Test("null for an optional field means absent")
  func null() throws {
    let submission = try SubmissionFixture.decode(
      """
      {"prompt":"x","messages":null,"system":null,"model":null,"max_tokens":null,"temperature":null,
       "top_p":null,"stop":null,"seed":null,"cache":null,"priority":null,"metadata":null,"expires_in":null}
      """
    ).get()
    #expect(
      submission.conversation
        == Conversation(
          turns: [Turn(role: .user, text: "x")], parameters: parameters(maxTokens: 256, temperature: 0.7)))
    #expect(submission.expiresIn == .seconds(86_400))
    #expect(try SubmissionFixture.faults(#"{"prompt":null}"#) == ["missing"])
  }

  @Test("a blank system text adds no message")
  func blankSystem() throws {
    let submission = try SubmissionFixture.decode(#"{"prompt":"x","system":" "}"#).get()
    #expect(submission.conversation.turns.count == 1)
  }

  @Test("all that is wrong is listed at once, with where, what and the bounds")
  func everythingAtOnce() throws {
    let result = try SubmissionFixture.decode(
      """
      {"max_tokens":4096,"temperature":"hot","nonsense":1,"cache":"maybe",
       "messages":[{"role":"tool","content":3},{"role":"user","content":[{"type":"image","text":"x"}]},
                   {"content":"x","name":"y"},7],
       "metadata":{"a":1,"b":"2"},"stop":["a",""],"model":"nobody"}
      """)
    let expected: [JSONValue] = [
      [
        "loc": ["body", "max_tokens"], "msg": "Input should be less than or equal to 2048",
        "type": "less_than_equal", "ctx": ["le": 2048],
      ],
      ["loc": ["body", "temperature"], "msg": "Input should be a valid number", "type": "float_type"],
      ["loc": ["body", "nonsense"], "msg": "Extra inputs are not permitted", "type": "extra_forbidden"],
      [
        "loc": ["body", "cache"], "msg": "Input should be 'use', 'refresh' or 'off'",
        "type": "literal_error", "ctx": ["expected": "'use', 'refresh' or 'off'"],
      ],
      [
        "loc": ["body", "messages", 0, "role"],
        "msg": "Input should be 'system', 'developer', 'user' or 'assistant'", "type": "literal_error",
        "ctx": ["expected": "'system', 'developer', 'user' or 'assistant'"],
      ],
      [
        "loc": ["body", "messages", 0, "content"], "msg": "Input should be a valid string or array",
        "type": "string_type",
      ],
      [
        "loc": ["body", "messages", 1, "content", 0, "type"], "msg": "Input should be 'text'",
        "type": "literal_error", "ctx": ["expected": "'text'"],
      ],
      [
        "loc": ["body", "messages", 2, "name"], "msg": "Extra inputs are not permitted",
        "type": "extra_forbidden",
      ],
      ["loc": ["body", "messages", 2, "role"], "msg": "Field required", "type": "missing"],
      ["loc": ["body", "messages", 3], "msg": "Input should be an object", "type": "dict_type"],
      ["loc": ["body", "metadata", "a"], "msg": "Input should be a valid string", "type": "string_type"],
      [
        "loc": ["body", "stop", 1], "msg": "String should have at least 1 character",
        "type": "string_too_short", "ctx": ["min_length": 1],
      ],
      [
        "loc": ["body", "model"],
        "msg": "there is no route or model \"nobody\"; GET /v1/models lists what may be asked",
        "type": "value_error",
      ],
    ]
    #expect(result.issues == expected)
  }

  @Test("one of prompt and messages is required, and not both")
  func exactlyOne() throws {
    #expect(
      try SubmissionFixture.decode("{}").issues == [
        [
          "loc": ["body", "prompt"], "msg": "Field required: send 'prompt' or 'messages'",
          "type": "missing",
        ]
      ])
    #expect(
      try SubmissionFixture.decode(#"{"prompt":"x","messages":[{"role":"user","content":"x"}]}"#).issues
        == [["loc": ["body"], "msg": "Send only one of 'prompt' or 'messages'", "type": "value_error"]])
    // A prompt of the wrong type was sent all the same.
    #expect(try SubmissionFixture.faults(#"{"prompt":1}"#) == ["string_type"])
  }

  @Test(
    "a conversation needs something to read and someone who asks",
    arguments: [
      #"[{"role":"user","content":" "},{"role":"user","content":[{"type":"text","text":""}]}]"#,
      #"[{"role":"system","content":"x"},{"role":"assistant","content":"y"}]"#,
    ])
  func emptyConversation(messages: String) throws {
    #expect(try SubmissionFixture.faults("{\"messages\":\(messages)}") == ["value_error"])
  }

  @Test(
    "a value of another type is refused by name",
    arguments: [
      ("prompt", "1", "string_type"), ("prompt", "[]", "string_type"), ("messages", "{}", "list_type"),
      ("max_tokens", "true", "int_type"), ("max_tokens", "\"5\"", "int_type"),
      ("max_tokens", "9007199254740993", "less_than_equal"), ("max_tokens", "1e300", "less_than_equal"),
      ("max_tokens", "-1e300", "greater_than_equal"), ("max_tokens", "-1", "greater_than_equal"),
      ("temperature", "true", "float_type"), ("temperature", "\"NaN\"", "float_type"),
      ("top_p", "[]", "float_type"), ("seed", "1.5", "int_from_float"), ("seed", "1e300", "less_than_equal"),
      ("stop", "7", "string_type"), ("stop", "[7]", "string_type"), ("cache", "\"USE\"", "literal_error"),
      ("cache", "1", "literal_error"), ("priority", "\"urgent\"", "literal_error"),
      ("metadata", "[]", "dict_type"), ("metadata", "{\"a\":null}", "string_type"),
      ("model", "\"groq/llama\"", "value_error"), ("model", "\"acme/m\"", "value_error"),
      ("callback_url", "\"http://example.com\"", "value_error"), ("callback_url", "7", "string_type"),
      ("callback_url", "\"https://127.0.0.1/hook\"", "value_error"),
      ("delay_seconds", "\"0\"", "int_type"), ("delay_seconds", "-1", "greater_than_equal"),
      ("delay_seconds", "2592001", "less_than_equal"), ("stream", "1", "bool_type"),
      ("restart_stream", "\"yes\"", "bool_type"), ("tools", "[]", "extra_forbidden"),
    ])
  func wrongType(field: String, json: String, fault: String) throws {
    let asks = ["prompt", "messages"].contains(field)
    let body = asks ? "{\"\(field)\":\(json)}" : SubmissionFixture.body(field, json)
    #expect(try SubmissionFixture.faults(body) == [fault])
  }

  @Test("a seed keeps all 64 bits")
  func exactSeed() throws {
    let body = SubmissionFixture.body("seed", "9007199254740993")
    #expect(try SubmissionFixture.decode(body).get().seed == 9_007_199_254_740_993)
  }

  @Test("expires_in belongs to jobs only")
  func queryHasNoExpiry() {
    #expect(
      SubmissionFixture.query.decode(["prompt": "x", "expires_in": 5]).issues.first?["type"]
        == "extra_forbidden")
  }

  @Test("a body that is no object is refused as a whole", arguments: ["[]", "\"x\"", "1", "null", "true"])
  func noObject(body: String) throws {
    #expect(
      try SubmissionFixture.decode(body).issues
        == [["loc": ["body"], "msg": "Input should be an object", "type": "dict_type"]])
  }

  @Test(
    "what is no acceptable JSON never becomes a value",
    arguments: [
      #"{"prompt":"\ud800"}"#, #"{"prompt":"\udc00\ud800"}"#, #"{"prompt":"x","temperature":1e400}"#,
      #"{"prompt":"x","temperature":NaN}"#, #"{"prompt":"x","prompt":"y"}"#,
    ])
  func notJSON(body: String) {
    #expect(throws: JSONParsingError.self) { try SubmissionFixture.decode(body) }
  }

  @Test("a hostile body is answered in a few kilobytes")
  func amplification() throws {
    let key = String(repeating: "k", count: 2000)
    let unknown = (0..<1000).map { "\"\(key)\($0)\":1" }.joined(separator: ",")
    let manyKeys = try SubmissionFixture.decode("{\(unknown)}").issues
    #expect(manyKeys.count == 100)
    #expect(JSONValue.array(manyKeys).serialized().readableBytes < 20_000)

    let million = try SubmissionFixture.decode(
      "{\"messages\":[\(Array(repeating: "1", count: 300_000).joined(separator: ","))]}"
    ).issues
    #expect(million.map { $0["type"] } == ["too_long"])
    #expect(million.first?["ctx"] == ["max_length": 256, "actual_length": 300_000])
  }
}
