import TestSupport

@testable import Shared

/// Random requests as clients of Anthropic's send them, each in the form in which Anthropic itself is asked.
struct MessagesRequestSamples {
  static let png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"
  static let pdf = "JVBERi0xLjQK"

  private var random: SplitMix

  init(seed: UInt64) { random = SplitMix(seed: seed) }

  private mutating func maybe(_ chance: Int, _ value: JSONValue) -> JSONValue? {
    // Not by `?:`, whose nil would be null in JSON.
    guard random.happens(chance) else { return nil }
    return value
  }

  private mutating func some(_ blocks: [JSONValue], _ chance: Int = 40) -> [JSONValue] {
    blocks.filter { _ in random.happens(chance) }
  }

  mutating func request() -> JSONValue {
    var messages: [JSONValue] = []
    for turn in 0..<Int.random(in: 1...4, using: &random) {
      messages.append(["role": "user", "content": .array(userBlocks())])
      if random.happens(20) {
        messages.append(["role": "system", "content": [["type": "text", "text": "Now."]]])
      }
      let calls = Int.random(in: 0...2, using: &random)
      messages.append(["role": "assistant", "content": .array(answerBlocks(turn, calls: calls))])
      if calls > 0 {
        let results = (0..<calls).map { result(of: "toolu_\(turn)_\($0)") }
        messages.append(["role": "user", "content": .array(results + some(texts))])
        messages.append(["role": "assistant", "content": [["type": "text", "text": "So."]]])
      }
    }
    messages.append(["role": "user", "content": [["type": "text", "text": "Go on."]]])
    var request: JSONObject = ["model": "m/1", "max_tokens": 4000, "messages": .array(messages)]
    request["system"] = maybe(
      50,
      [["type": "text", "text": "Be brief.", "cache_control": ["type": "ephemeral", "ttl": "1h"]]])
    addParameters(to: &request)
    addTools(to: &request)
    return .object(request)
  }

  private let texts: [JSONValue] = [
    ["type": "text", "text": "Grüße"],
    ["type": "text", "text": "Cached", "cache_control": ["type": "ephemeral"]],
  ]

  private mutating func userBlocks() -> [JSONValue] {
    func image(_ source: JSONValue) -> JSONValue { ["type": "image", "source": source] }
    func document(_ source: JSONValue) -> JSONValue {
      ["type": "document", "source": source, "title": "T", "citations": ["enabled": true]]
    }
    let more = some([
      image(["type": "base64", "media_type": "image/png", "data": .string(Self.png)]),
      image(["type": "url", "url": "https://a/b.png"]), image(["type": "file", "file_id": "file_1"]),
      document(["type": "base64", "media_type": "application/pdf", "data": .string(Self.pdf)]),
      document(["type": "text", "media_type": "text/plain", "data": "A"]),
      document(["type": "url", "url": "https://a/b.pdf"]),
      document(["type": "content", "content": [["type": "text", "text": "B"]]]),
      [
        "type": "search_result", "source": "https://a", "title": "A",
        "content": [["type": "text", "text": "C"]],
      ], ["type": "container_upload", "file_id": "file_2"],
    ])
    return [texts[0]] + some(texts) + more
  }

  private mutating func answerBlocks(_ turn: Int, calls: Int) -> [JSONValue] {
    let search: [JSONValue] = [
      ["type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": ["query": "q"]],
      [
        "type": "web_search_tool_result", "tool_use_id": "srvtoolu_1",
        "content": [["type": "web_search_result", "encrypted_content": "x"]],
      ],
    ]
    let thoughts = some([
      ["type": "thinking", "thinking": "Hm.", "signature": "c2ln"],
      ["type": "redacted_thinking", "data": "ZGF0YQ=="],
    ])
    let cited: JSONValue = [
      "type": "text", "text": "Said.",
      "citations": [["type": "char_location", "cited_text": "A", "document_index": 0]],
    ]
    let said = (random.happens(20) ? search : []) + some([cited]) + [["type": "text", "text": "Well."]]
    let uses = (0..<calls).map { number -> JSONValue in
      var use: JSONObject = [
        "type": "tool_use", "id": .string("toolu_\(turn)_\(number)"), "name": .string("f\(number)"),
        "input": ["a": [1, "ä"], "b": 0.5],
      ]
      use["cache_control"] = maybe(20, ["type": "ephemeral"])
      return .object(use)
    }
    return thoughts + said + uses
  }

  private mutating func result(of id: String) -> JSONValue {
    var result: JSONObject = ["type": "tool_result", "tool_use_id": .string(id)]
    result["content"] = maybe(
      80,
      [
        ["type": "text", "text": "22 °"],
        [
          "type": "image",
          "source": ["type": "base64", "media_type": "image/png", "data": .string(Self.png)],
        ],
      ])
    result["is_error"] = maybe(30, true)
    result["cache_control"] = maybe(20, ["type": "ephemeral"])
    return .object(result)
  }

  private mutating func addParameters(to request: inout JSONObject) {
    let thoughts: [JSONValue] = [
      ["type": "enabled", "budget_tokens": 2048], ["type": "adaptive", "display": "omitted"],
      ["type": "disabled"],
    ]
    let all: JSONObject = [
      "temperature": 0.5, "top_p": 0.25, "top_k": 40, "stop_sequences": ["x", "y"],
      "thinking": thoughts.randomElement(using: &random) ?? .null,
      "output_config": [
        "effort": "high", "format": ["type": "json_schema", "schema": ["type": "object"]], "unknown": 1,
      ],
      "metadata": ["user_id": "u", "other": 1], "service_tier": "auto", "unknown_member": ["x": [nil]],
      "context_management": ["edits": [["type": "clear_thinking_20251015", "keep": "all"]]],
      "cache_control": ["type": "ephemeral"],
    ]
    for (name, value) in all { request[name] = maybe(40, value) }
  }

  private mutating func addTools(to request: inout JSONObject) {
    guard random.happens(60) else { return }
    request["tools"] = [
      ["name": "f0", "description": "F", "input_schema": ["type": "object"], "strict": true],
      ["name": "f1", "input_schema": ["type": "object"], "type": "custom", "defer_loading": true],
      ["type": "web_search_20250305", "name": "web_search", "max_uses": 2],
    ]
    request["tool_choice"] = maybe(
      60,
      [
        ["type": "auto"], ["type": "any", "disable_parallel_tool_use": true], ["type": "none"],
        ["type": "tool", "name": "f1"], ["type": "tool", "name": "web_search"],
      ].randomElement(using: &random) ?? .null)
  }
}
