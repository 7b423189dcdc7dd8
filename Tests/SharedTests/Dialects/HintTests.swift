import NIOCore
import OrderedCollections
import Testing

@testable import Shared

@Suite("A hint reaches the target, or its name reaches the client")
struct HintTests {
  /// Each with a value that stands nowhere else in a request.
  static let ofChat: [JSONObject] = [
    ["seed": 771_177], ["user": "qqq"], ["service_tier": "qqq"], ["verbosity": "qqq"],
    ["store": true], ["safety_identifier": "qqq"], ["prompt_cache_key": "qqq"],
    ["prompt_cache_retention": "qqq"], ["presence_penalty": 0.771], ["frequency_penalty": 0.771],
    ["temperature": 0.771], ["top_p": 0.771], ["reasoning_effort": "qqq"], ["prediction": ["qqq": 1]],
    ["cache_control": ["type": "qqq"]],
  ]

  static let ofResponses: [JSONObject] = [
    ["max_tool_calls": 771_177], ["truncation": "auto"], ["user": "qqq"], ["service_tier": "qqq"],
    ["text": ["verbosity": "qqq"]], ["safety_identifier": "qqq"], ["prompt_cache_key": "qqq"],
    ["temperature": 0.771], ["top_p": 0.771],
  ]

  static let ofMessages: [JSONObject] = [
    ["top_k": 771_177], ["service_tier": "qqq"], ["cache_control": ["type": "qqq"]],
    ["context_management": ["qqq": 1]], ["container": "qqq"], ["temperature": 0.771], ["top_p": 0.771],
  ]

  private static let targets: [(dialect: any WireDialect, target: RequestTarget)] = {
    func target(_ model: String, _ shape: ProviderShape) -> RequestTarget {
      RequestTarget(provider: "p", model: model, shape: shape)
    }
    let models = ["m", "o3", "claude-opus-5"]
    return models.flatMap { model in
      [
        (GeminiDialect() as any WireDialect, target(model, .neutral)),
        (MessagesDialect(), target(model, .anthropic)), (ResponsesDialect(), target(model, .neutral)),
        (ChatDialect(), target(model, .neutral)),
      ] + ServerPreset.allCases.map { (ChatDialect(), target(model, $0.shape)) }
    }
  }()

  private func check(_ asked: Conversation, _ hint: JSONObject) throws {
    for (dialect, target) in Self.targets {
      let written = try dialect.told(asked, for: target, streams: false)
      let body = String(buffer: written.body)
      for (name, value) in hint {
        let words = value == true ? ["\"store\":true"] : ["qqq", "771177", "0.771", "\"auto\""]
        let isTold = words.contains { body.contains($0) }
        #expect(
          isTold || written.dropped.contains { $0.hasPrefix(name) || $0 == "verbosity" },
          "\(name) to \(dialect) \(target.model) \(target.shape): \(body) without \(written.dropped)")
      }
    }
  }

  @Test("of chat's", arguments: ofChat)
  func chat(hint: JSONObject) throws { try check(DialectFixture.chat(hint), hint) }

  @Test("of Responses'", arguments: ofResponses)
  func responses(hint: JSONObject) throws {
    try check(ResponsesFixture.asked([["role": "user", "content": "Hi"]], hint), hint)
  }

  @Test("of Messages'", arguments: ofMessages)
  func messages(hint: JSONObject) throws {
    var body: JSONObject = [
      "model": "m", "max_tokens": 9, "messages": [["role": "user", "content": "Hi"]],
    ]
    for (name, value) in hint { body[name] = value }
    try check(MessagesRequestReader.read(.object(body)).conversation, hint)
  }

  @Test("a speaker's name, but not that of a tool, which goes to all")
  func names() throws {
    let speaker = try DialectFixture.chat(messages: [["role": "user", "content": "Hi", "name": "qqq"]])
    let tool = try DialectFixture.chat(messages: [
      ["role": "user", "content": "Go"],
      [
        "role": "assistant",
        "tool_calls": [["id": "a", "type": "function", "function": ["name": "f", "arguments": "{}"]]],
      ],
      ["role": "tool", "tool_call_id": "a", "content": "1", "name": "qqq"],
    ])
    try check(speaker, ["name": "qqq"])
    for preset in ServerPreset.allCases {
      let target = RequestTarget(provider: "p", model: "m", shape: preset.shape)
      let written = try ChatDialect().told(tool, for: target, streams: false)
      #expect(String(buffer: written.body).contains("qqq") && written.dropped.isEmpty)
      guard preset == .mistral else { continue }
      let named = try ChatDialect().told(speaker, for: target, streams: false)
      #expect(!String(buffer: named.body).contains("qqq") && named.dropped == ["name"])
    }
  }
}
