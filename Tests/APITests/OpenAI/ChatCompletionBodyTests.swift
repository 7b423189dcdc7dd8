import Shared
import Testing

@testable import API

@Suite("The body of a chat completion")
struct ChatCompletionBodyTests {
  private static let question: JSONValue = ["role": "user", "content": "Hi"]
  private static let asked: JSONValue = [
    "role": "assistant", "content": nil,
    "tool_calls": [
      ["id": "a", "type": "function", "function": ["name": "f", "arguments": "{}"]],
      ["id": "b", "type": "custom", "custom": ["name": "g", "input": "x"]],
    ],
  ]

  private static func result(of call: String) -> JSONValue {
    ["role": "tool", "tool_call_id": .string(call), "content": "1"]
  }

  /// Where something is wrong in a body with these members, as OpenAI's `param` names it.
  private func faults(_ members: JSONObject) -> [String] {
    let body: JSONObject = ["model": "default", "messages": [Self.question]]
    switch ChatCompletionBody.schema.decode(.object(body.merging(members) { $1 })) {
    case .success: return []
    case .failure(let errors): return errors.issues.map(\.path)
    }
  }

  private func functions(_ names: JSONValue...) -> JSONObject {
    ["tools": .array(names.map { ["type": "function", "function": ["name": $0, "parameters": [:]]] })]
  }

  @Test(
    "results belong to calls of any type in an assistant's message before them, in any order and later too")
  func results() {
    let (asked, a, b) = (Self.asked, Self.result(of: "a"), Self.result(of: "b"))
    #expect(faults(["messages": [Self.question, asked, b, a]]) == [])
    #expect(faults(["messages": [Self.question, asked, a, b, Self.question, asked, a, b]]) == [])
  }

  @Test("a result without its call is named, and every one of them")
  func strayResults() {
    let (asked, a, c) = (Self.asked, Self.result(of: "a"), Self.result(of: "c"))
    #expect(faults(["messages": [a]]) == ["messages[0].tool_call_id"])
    #expect(
      faults(["messages": [Self.question, a, asked, c, a]])
        == ["messages[1].tool_call_id", "messages[3].tool_call_id"])
    let user: JSONValue = ["role": "user", "content": "x", "tool_calls": [["id": "a", "type": "function"]]]
    #expect(faults(["messages": [user, a]]) == ["messages[1].tool_call_id"], "only an assistant calls")
  }

  private func read(_ text: String) throws -> Conversation {
    try ChatCompletionBody.schema.decode(try JSONParser.parse(text)).get().conversation
  }

  @Test("null is absent in the body, in messages, their parts and calls, and in tools")
  func nulls() throws {
    let full = try read(
      """
      {"model":"m","max_tokens":null,"temperature":null,"top_p":null,"stop":null,"seed":null,"n":null,"tool_choice":null,
       "stream":null,"stream_options":null,"metadata":null,"user":null,"logprobs":null,"functions":null,
       "response_format":{"type":"json_schema","extra":null,"json_schema":
         {"name":"x","strict":null,"schema":{"default":null,"enum":["a",null]}}},
       "tools":[{"type":"function","cache_control":null,"function":
         {"name":"f","description":null,"strict":null,"parameters":{"properties":{"a":{"default":null}}}}},
         {"type":"custom","function":null,"custom":{"name":"c","format":null}}],
       "messages":[{"role":"system","content":"s","name":null},
         {"role":"user","tool_calls":null,"content":[{"type":"text","text":"t","annotations":null},
           {"type":"image_url","image_url":{"url":"https://a.example/i","detail":null},"text":null}]},
         {"role":"assistant","content":"b","tool_calls":null,"refusal":null,"annotations":null,"audio":null,
          "function_call":null},
         {"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","index":null,"custom":null,
           "function":{"name":"f","arguments":"{}","parsed_arguments":null}}]},
         {"role":"tool","tool_call_id":"a","content":"1","name":null}]}
      """)
    let lean = try read(
      """
      {"model":"m",
       "response_format":{"type":"json_schema","json_schema":
         {"name":"x","schema":{"default":null,"enum":["a",null]}}},
       "tools":[{"type":"function","function":{"name":"f","parameters":{"properties":{"a":{"default":null}}}}},
         {"type":"custom","custom":{"name":"c"}}],
       "messages":[{"role":"system","content":"s"},
         {"role":"user","content":[{"type":"text","text":"t"},
           {"type":"image_url","image_url":{"url":"https://a.example/i"}}]},
         {"role":"assistant","content":"b"},
         {"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},
         {"role":"tool","tool_call_id":"a","content":"1"}]}
      """)
    #expect(full == lean)
    #expect(JobRequest.chat(full).encoded() == JobRequest.chat(lean).encoded())
  }

  @Test("null is not what must be there")
  func requiredNulls() {
    #expect(faults(["messages": nil]) == ["messages"])
    #expect(faults(["model": nil]) == ["model"])
    #expect(faults(["messages": [["role": nil, "content": "x"]]]) == ["messages[0].role"])
    #expect(faults(["messages": [["role": "user", "content": nil]]]) == ["messages[0]"])
    #expect(faults(["messages": [["role": "tool", "content": "x", "tool_call_id": nil]]]) == ["messages[0]"])
    #expect(
      faults(["messages": [["role": "user", "content": [["type": "text", "text": nil]]]]])
        == ["messages[0].content[0]"])
    #expect(faults(["tools": [["type": "function", "function": nil]]]) == ["tools[0].function"])
  }

  @Test("null is absent in a body of embeddings")
  func embeddingNulls() throws {
    let json = try JSONParser.parse(
      #"{"model":"m","input":"a","dimensions":null,"encoding_format":null,"user":null,"task":null}"#)
    let request = try EmbeddingBody.schema.decode(json).get().request
    #expect(request == EmbeddingRequest(model: "m", input: "a"))
  }

  @Test("a function has a name of 1 to 64 letters, digits, underscores and dashes")
  func functionNames() {
    #expect(faults(functions("f", "get_Weather-2", .string(String(repeating: "n", count: 64)))) == [])
    for name: JSONValue in [
      "", "no spaces", "a.b", "a:b", "ä", "a\n", .string(String(repeating: "n", count: 65)), 1, nil,
    ] {
      #expect(faults(functions("f", name)) == ["tools[1].function.name"], "\(name)")
    }
  }

  @Test("a function without a declaration is named; other tools are their providers' affair")
  func otherTools() {
    #expect(faults(["tools": [["type": "function"]]]) == ["tools[0].function"])
    #expect(faults(["tools": [["type": "function", "function": "f"]]]) == ["tools[0].function"])
    #expect(faults(["tools": [["type": "function", "function": [:]]]]) == ["tools[0].function.name"])
    #expect(faults(["tools": [["type": "browser_search"], ["type": "x", "function": "no spaces"]]]) == [])
  }
}
