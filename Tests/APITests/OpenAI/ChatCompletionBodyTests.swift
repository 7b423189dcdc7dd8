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
