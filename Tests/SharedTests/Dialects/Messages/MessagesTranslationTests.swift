import Testing

@testable import Shared

@Suite("What was asked in Anthropic's form, told in other dialects")
struct MessagesTranslationTests {
  private static let others: [Dialect] = [.chat, .gemini, .responses]

  private func asked(_ members: JSONObject) throws -> Conversation {
    let hi: JSONObject = [
      "model": "m", "max_tokens": 10, "messages": [["role": "user", "content": "Hi"]],
    ]
    return try MessagesRequestReader.read(.object(hi.merging(members) { $1 })).conversation
  }

  private func told(
    _ members: JSONObject, _ dialect: Dialect, model: String = "m"
  ) throws -> (json: JSONValue, dropped: [String]) {
    let target = RequestTarget(provider: "p", model: model)
    let written = try dialect.wire.told(try asked(members), for: target, streams: false)
    return (try JSONParser.parse(written.body), written.dropped)
  }

  private static let search: JSONValue = ["type": "web_search_20250305", "name": "web_search"]

  @Test(
    "what only Anthropic has is left out and named, and marks of its cache say nothing", arguments: others)
  func leftOut(dialect: Dialect) throws {
    let (json, dropped) = try told(
      [
        "system": [["type": "text", "text": "Be brief.", "cache_control": ["type": "ephemeral"]]],
        "tools": [Self.search], "context_management": ["edits": []], "unknown": 1,
      ], dialect)
    #expect(Set(dropped).isSuperset(of: ["tools.web_search_20250305", "context_management", "unknown"]))
    let text = json.description
    #expect(text.contains("Be brief."))
    for word in ["cache_control", "context_management", "unknown", "web_search"] {
      #expect(!text.contains(word), "\(word)")
    }
  }

  @Test("a tool of Anthropic's own that must be called is refused", arguments: others)
  func demanded(dialect: Dialect) throws {
    for choice in [["type": "any"], ["type": "tool", "name": "web_search"]] as [JSONValue] {
      #expect(throws: ProviderFault.self) {
        _ = try told(["tools": [Self.search], "tool_choice": choice], dialect)
      }
    }
  }

  @Test("a budget becomes an effort for models that take one, and is left out for others")
  func effort() throws {
    let thinking: JSONObject = ["thinking": ["type": "enabled", "budget_tokens": 30_000]]
    let thinker = try told(thinking, .chat, model: "gpt-5.1")
    #expect(thinker.json["reasoning_effort"] == "high" && thinker.dropped == [])
    let other = try told(thinking, .chat, model: "gpt-4o")
    #expect(other.json["reasoning_effort"] == nil && other.dropped == ["thinking"])
    let named = try told(["output_config": ["effort": "medium"]], .chat, model: "gpt-5.1")
    #expect(named.json["reasoning_effort"] == "medium")
  }

  @Test("instructions on the way keep their place, and what Claude Code says of billing goes nowhere")
  func instructions() throws {
    let members: JSONObject = [
      "system": [
        ["type": "text", "text": "x-anthropic-billing-header: cc_version=2.1"],
        ["type": "text", "text": "Be brief."],
      ],
      "messages": [
        ["role": "user", "content": "Hi"], ["role": "system", "content": "Now."],
        ["role": "assistant", "content": "Well."], ["role": "user", "content": "Go on."],
      ],
    ]
    let chat = try told(members, .chat).json["messages"]?.array ?? []
    #expect(chat.map { $0["role"]?.string } == ["system", "user", "system", "assistant", "user"])
    #expect(chat.first?.description.contains("billing") == false)
    let gemini = try told(members, .gemini).json
    #expect(gemini["systemInstruction"]?.description.contains("Now.") == false)
    #expect(gemini["contents"]?.array?.map { $0["role"]?.string } == ["user", "model", "user"])
    #expect(gemini["contents"]?[0]?.description.contains("<system>") == true)
  }

  @Test("documents are told as texts where they are texts, and those of Anthropic's files are refused")
  func documents() throws {
    func members(_ source: JSONValue) -> JSONObject {
      let document: JSONValue = ["type": "document", "title": "T", "source": source]
      return ["messages": [["role": "user", "content": [document]]]]
    }
    for dialect in Self.others {
      let text: JSONValue = ["type": "text", "media_type": "text/plain", "data": "Grüße"]
      #expect(try told(members(text), dialect).json.description.contains("Grüße"))
      #expect(throws: ProviderFault.self) {
        _ = try told(members(["type": "file", "file_id": "file_1"]), dialect)
      }
    }
  }
}
