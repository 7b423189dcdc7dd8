import OrderedCollections
import TestSupport

@testable import Shared

/// Random conversations as they are read from OpenAI's form; the same for the same seed. The parts of an answer stand in
/// the order of that form: thoughts, what was said, calls.
struct ConversationSamples {
  private var random: SplitMix
  private var texts: TextSamples

  init(seed: UInt64) {
    random = SplitMix(seed: seed)
    texts = TextSamples(seed: seed &+ 1)
  }

  mutating func conversation() -> Conversation {
    let turns = (0..<Int.random(in: 1..<6, using: &random)).map { _ in turn() }
    var conversation = Conversation(model: texts.text(), turns: turns, parameters: parameters())
    if random.happens(50) { conversation.tools = (0..<3).map { tool($0) } }
    if random.happens(40) { conversation.toolChoice = choice() }
    conversation.setExtras(extras(["logit_bias": ["5": -100], "zeta": true, "functions": []]))
    return conversation
  }

  // MARK: - Beside the turns

  private mutating func parameters() -> Parameters {
    var parameters = Parameters(
      maxTokens: random.happens(50) ? 7 : nil, temperature: random.happens(50) ? 0.25 : nil,
      topP: random.happens(30) ? 1 : nil, stop: random.happens(30) ? [texts.text(), "b"] : [],
      seed: random.happens(30) ? .min : nil)
    parameters.limitsCompletionTokens = parameters.maxTokens != nil && random.happens(50)
    parameters.effort = random.happens(20) ? "low" : nil
    parameters.parallelToolCalls = random.happens(20) ? false : nil
    parameters.user = random.happens(20) ? texts.text() : nil
    parameters.savesThoughts = random.happens(30)
    parameters.responseFormat = random.happens(40) ? format() : nil
    return parameters
  }

  private mutating func format() -> ResponseFormat {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: .text
    case 1: .jsonObject
    case 2:
      .jsonSchema(
        ResponseFormat.JSONSchema(
          name: texts.text(), schema: random.happens(70) ? ["type": "object"] : nil,
          extras: extras(["strict": true, "description": "d"])))
    default: .other(["type": "grammar", "grammar": .string(texts.text())])
    }
  }

  private mutating func tool(_ number: Int) -> Tool {
    if random.happens(20) { return .other(["type": "custom", "custom": ["name": "g"]]) }
    return .function(
      FunctionTool(
        name: "f\(number)", description: texts.maybe(),
        parameters: random.happens(70) ? ["type": "object", "properties": [:]] : nil,
        isStrict: random.happens(30) ? random.happens(50) : nil,
        extras: extras(["cache_control": ["type": "ephemeral"], "function": ["vendor": 1]])))
  }

  private mutating func choice() -> ToolChoice {
    switch Int.random(in: 0..<5, using: &random) {
    case 0: .auto
    case 1: .none
    case 2: .required
    case 3: .function(texts.text())
    default: .other(["type": "allowed_tools", "allowed_tools": ["mode": "auto"]])
    }
  }

  /// Some of the members.
  private mutating func extras(_ members: JSONObject) -> JSONObject {
    members.filter { _ in random.happens(20) }
  }

  // MARK: - Turns

  private mutating func turn() -> Turn {
    let role = Turn.Role.allCases.randomElement(using: &random) ?? .user
    var turn = Turn(role: role, parts: [])
    switch role {
    case .assistant: turn.parts = answer()
    case .tool:
      let parts = random.happens(70) ? [Part.text(texts.text())] : content()
      turn.parts = [.toolResult(ToolResult(callID: texts.text(), parts: parts))]
    case .system, .developer, .user: turn.parts = random.happens(50) ? [.text(texts.text())] : content()
    }
    turn.name = random.happens(20) ? texts.text() : nil
    turn.extras = extras(["cache_control": ["type": "ephemeral"], "prefix": true])
    return turn
  }

  private mutating func content() -> [Part] {
    (0..<Int.random(in: 0..<4, using: &random)).map { _ in
      switch Int.random(in: 0..<5, using: &random) {
      case 0: .text(TextPart(texts.text(), extras: extras(["cache_control": ["type": "ephemeral"]])))
      case 1: .image(image())
      case 2:
        .audio(AudioPart(data: "aGk=", format: random.happens(70) ? "wav" : nil, extras: extras(["a": 1])))
      case 3: .document(document())
      default: .opaque(OpaquePart(name: "", members: ["type": "input_video", "url": "x"], dialect: .chat))
      }
    }
  }

  private mutating func image() -> ImagePart {
    ImagePart(
      source: "data:image/png;base64,AA==", detail: random.happens(30) ? "low" : nil,
      extras: extras(["alt": "x", "image_url": ["size": 7]]))
  }

  private mutating func document() -> DocumentPart {
    DocumentPart(
      source: texts.maybe(), id: texts.maybe(), name: texts.maybe(),
      extras: extras(["b": 1, "file": ["size": 7]]))
  }

  private mutating func answer() -> [Part] {
    var parts = thoughts()
    if random.happens(60) { parts.append(.text(texts.text())) }
    if random.happens(20) { parts.append(.text(TextPart(texts.text(), extras: ["cache_control": 1]))) }
    if random.happens(10) { parts.append(.document(document())) }
    if random.happens(20) { parts.append(.refusal(texts.text())) }
    if random.happens(20) { parts.append(.image(image())) }
    if random.happens(20) {
      parts.append(
        .audio(AudioPart(id: "audio_1", data: "", transcript: texts.maybe(), extras: extras(["a": 1]))))
    }
    if random.happens(20) {
      let members: JSONObject = ["type": "url_citation", "url_citation": ["url": "u", "title": "t"]]
      parts.append(.citation(Citation(url: "u", title: "t", members: members, dialect: .chat)))
    }
    return parts + (0..<Int.random(in: 0..<3, using: &random)).map { call($0) }
      + (random.happens(20)
        ? [.toolCall(ToolCall(kind: .legacy, id: "", name: "f", arguments: texts.text()))] : [])
  }

  private mutating func thoughts() -> [Part] {
    switch Int.random(in: 0..<5, using: &random) {
    case 0:
      return (0..<2).map { _ in
        .thought(
          random.happens(50)
            ? Thought("", sealed: texts.text(), maker: Maker(provider: nil, dialect: .messages))
            : Thought(
              texts.text(), signature: texts.text(),
              maker: Maker(provider: random.happens(50) ? "p:q" : nil, dialect: .gemini)))
      }
    case 1:
      return [
        .opaque(
          OpaquePart(
            name: "reasoning_details", members: ["type": "reasoning.text", "text": .string(texts.text())],
            dialect: .chat)), .thought(Thought(texts.text(), member: "reasoning")),
      ]
    case 2: return [.thought(Thought(texts.text(), member: "reasoning_content"))]
    default: return []
    }
  }

  private mutating func call(_ number: Int) -> Part {
    var call = ToolCall(
      id: "call_\(number)", name: "f\(number)", arguments: texts.text(), extras: extras(["vendor": ["a": 1]]))
    switch Int.random(in: 0..<4, using: &random) {
    case 0: call.kind = .custom
    case 1:
      call.signature = texts.text()
      call.maker = Maker(provider: nil, dialect: .gemini)
    case 2:
      return .opaque(OpaquePart(name: "tool_calls", members: ["id": "x", "type": "new"], dialect: .chat))
    default: break
    }
    return .toolCall(call)
  }
}
