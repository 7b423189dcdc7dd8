import OrderedCollections

/// Parts of an answer as Anthropic's content blocks.
enum MessagesBlock {
  /// Nearly always one; two where a call's signature must go with it; none for what has no form here.
  static func blocks(of part: Part) -> [JSONObject] {
    switch part {
    case .text(let part):
      part.text.isEmpty ? [] : [members(["type": "text", "text": .string(part.text)], own(part))]
    case .refusal(let text): text.isEmpty ? [] : [["type": "text", "text": .string(text)]]
    case .thought(let thought): [block(of: thought)].compactMap(\.self)
    case .toolCall(let call): (MessagesMarks.wrap(call).map { [signature($0)] } ?? []) + [block(of: call)]
    case .image(let image): [block(of: image)]
    case .audio(let audio):
      audio.transcript.map { [["type": "text", "text": .string($0)]] } ?? []
    case .opaque(let opaque):
      (opaque.drawnImage.map { [block(of: $0)] } ?? []) + [block(of: opaque)].compactMap(\.self)
    case .toolResult, .document, .citation: []
    }
  }

  /// A block of nothing but what a maker wants back.
  static func signature(_ mark: String) -> JSONObject {
    ["type": "thinking", "thinking": "", "signature": .string(mark)]
  }

  static func block(of thought: Thought) -> JSONObject? {
    let mark = MessagesMarks.wrap(thought)
    if thought.text.isEmpty, let data = mark ?? thought.sealed, thought.sealed != nil {
      return members(
        ["type": "redacted_thinking", "data": .string(data)], MessagesMarks.members(of: thought))
    }
    let signature = mark ?? thought.signature ?? ""
    guard !thought.text.isEmpty || !signature.isEmpty else { return nil }
    return members(
      ["type": "thinking", "thinking": .string(thought.text), "signature": .string(signature)],
      MessagesMarks.members(of: thought))
  }

  /// What an item of Responses has means nothing here.
  private static func own(_ text: TextPart) -> JSONObject {
    text.extras[ResponsesItemReader.item] == nil ? text.extras : [:]
  }

  static func block(of call: ToolCall) -> JSONObject {
    var block = start(of: call)
    block["input"] = .object(input(of: call))
    return block
  }

  /// The block of a call whose input is still to come.
  static func start(of call: ToolCall) -> JSONObject {
    let id = call.id.isEmpty ? ToolCallID.new() : call.id
    return members(
      ["type": "tool_use", "id": .string(id), "name": .string(call.name), "input": [:]],
      call.maker?.dialect == .messages ? call.extras : [:])
  }

  /// It must be an object. What is none goes under the name that Anthropic gives such texts
  /// (https://platform.claude.com/docs/en/agents-and-tools/tool-use/fine-grained-tool-streaming).
  private static func input(of call: ToolCall) -> JSONObject {
    if call.kind == .custom { return ["input": .string(call.arguments)] }
    if call.arguments.allSatisfy(\.isWhitespace) { return [:] }
    return (try? JSONParser.parse(call.arguments))?.object ?? [
      "INVALID_JSON": .string(call.arguments)
    ]
  }

  private static func block(of image: ImagePart) -> JSONObject {
    guard DataURL.isOne(image.source), let content = try? DataURL(image.source) else {
      return ["type": "image", "source": ["type": "url", "url": .string(image.source)]]
    }
    return [
      "type": "image",
      "source": [
        "type": "base64", "media_type": .string(content.mediaType), "data": .string(content.base64),
      ],
    ]
  }

  private static func block(of opaque: OpaquePart) -> JSONObject? {
    if opaque.dialect == .messages { return opaque.name.isEmpty ? opaque.members : nil }
    // Its maker wants it back, and nobody else knows what it is.
    guard opaque.maker != nil else { return nil }
    return ["type": "redacted_thinking", "data": .string(MakersMark.wrap(.opaque(opaque)))]
  }

  private static func members(_ block: JSONObject, _ extras: JSONObject) -> JSONObject {
    extras.isEmpty ? block : block.merging(extras) { ours, _ in ours }
  }
}
