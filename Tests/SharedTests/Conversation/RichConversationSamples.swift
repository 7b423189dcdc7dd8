import OrderedCollections
import TestSupport

@testable import Shared

/// Random conversations of any dialect but chat, with every kind of part in any order; the same for the same seed.
struct RichConversationSamples {
  private var random: SplitMix
  private var texts: TextSamples

  init(seed: UInt64) {
    random = SplitMix(seed: seed)
    texts = TextSamples(seed: seed &+ 1)
  }

  mutating func conversation() -> Conversation {
    let dialect: Dialect = pick([.messages, .responses, .gemini])
    var conversation = Conversation(
      model: texts.text(), turns: many(6) { $0.turn() }, tools: many(4) { $0.tool() },
      parameters: parameters(), dialect: dialect, extras: extras(["b": 1, "a": [nil]]),
      headers: extras(["anthropic-beta": "x,y"]))
    if random.happens(50) {
      conversation.toolChoice = pick([
        ToolChoice.auto, .none, .required, .function("f"), .other(["type": "mcp"]),
      ])
    }
    return conversation
  }

  private mutating func many<Element>(
    _ most: Int, _ make: (inout RichConversationSamples) -> Element
  ) -> [Element] {
    let count = Int.random(in: 0..<most, using: &random)
    return (0..<count).map { _ in make(&self) }
  }

  private mutating func extras(_ members: JSONObject) -> JSONObject {
    members.filter { _ in random.happens(30) }
  }

  private mutating func pick<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: 0..<values.count, using: &random)]
  }

  private mutating func maybe<Value>(_ value: Value) -> Value? { random.happens(40) ? value : nil }

  private mutating func parameters() -> Parameters {
    var parameters = Parameters(
      maxTokens: maybe(7), temperature: maybe(0.25), topP: maybe(0.5), stop: many(3) { $0.texts.text() },
      seed: maybe(.min))
    parameters.limitsCompletionTokens = random.happens(50)
    parameters.topK = maybe(3)
    parameters.presencePenalty = maybe(-0.5)
    parameters.frequencyPenalty = maybe(2)
    parameters.effort = maybe("xhigh")
    parameters.thinking = maybe(
      pick([.enabled(budget: 1024), .enabled(budget: nil), .adaptive, .disabled]))
    parameters.showsThoughts = maybe(random.happens(50))
    parameters.parallelToolCalls = maybe(random.happens(50))
    parameters.user = texts.maybe()
    parameters.savesThoughts = random.happens(50)
    parameters.responseFormat = maybe(
      pick([
        .text, .jsonObject, .other(["a": 1]),
        .jsonSchema(ResponseFormat.JSONSchema(name: "n", schema: nil)),
        .jsonSchema(
          ResponseFormat.JSONSchema(name: "", schema: ["type": "object"], extras: ["strict": true])),
      ]))
    return parameters
  }

  private mutating func tool() -> Tool {
    let function = Tool.function(
      FunctionTool(
        name: texts.text(), description: texts.maybe(), parameters: maybe(["type": "object"]),
        isStrict: maybe(true), extras: extras(["defer_loading": true])))
    let custom = Tool.custom(
      CustomTool(
        name: texts.text(), description: texts.maybe(), format: maybe(["type": "text"]),
        extras: extras(["x": 1])))
    return pick([
      function, custom, Tool.other(["type": "web_search"]),
      .namespace(
        ToolNamespace(
          name: texts.text(), description: texts.maybe(), tools: [function, custom], extras: extras(["x": 1]))
      ),
    ])
  }

  private mutating func turn() -> Turn {
    Turn(
      role: pick(Turn.Role.allCases), parts: many(6) { $0.part() }, name: texts.maybe(),
      extras: extras(["clear_at": "x"]))
  }

  private mutating func maker() -> Maker? {
    maybe(
      Maker(
        provider: maybe("p"), dialect: pick(Dialect.allCases),
        key: pick([nil, .own, .listed(2)])
      ))
  }

  private mutating func part() -> Part {
    let extras = extras(["cache_control": ["type": "ephemeral"], "z": nil])
    switch Int.random(in: 0..<10, using: &random) {
    case 0: return .text(TextPart(texts.text(), extras: extras))
    case 1: return .refusal(texts.text())
    case 2:
      return .thought(
        Thought(
          texts.text(), signature: texts.maybe(), sealed: texts.maybe(), maker: maker(),
          member: texts.maybe(),
          extras: extras))
    case 3:
      return .toolCall(
        ToolCall(
          kind: pick([.function, .custom, .legacy]), id: texts.text(), name: texts.text(),
          arguments: texts.text(), signature: texts.maybe(), maker: maker(), namespace: texts.maybe(),
          extras: extras))
    case 4:
      let parts = many(3) { $0.part() }
      return .toolResult(
        ToolResult(callID: texts.text(), parts: parts, isError: random.happens(50), extras: extras))
    case 5:
      return .image(
        ImagePart(source: texts.text(), id: texts.maybe(), detail: texts.maybe(), extras: extras))
    case 6:
      return .audio(
        AudioPart(id: texts.maybe(), data: "aGk=", format: "wav", transcript: texts.maybe(), extras: extras))
    case 7:
      return .document(
        DocumentPart(
          source: texts.maybe(), id: texts.maybe(), name: texts.maybe(), text: texts.maybe(), extras: extras))
    case 8:
      return .citation(
        Citation(url: texts.maybe(), title: texts.maybe(), members: ["type": "x"], dialect: .messages))
    default:
      return .opaque(
        OpaquePart(
          name: texts.text(), members: ["type": "compaction"], dialect: pick(Dialect.allCases),
          maker: maker()))
    }
  }
}
