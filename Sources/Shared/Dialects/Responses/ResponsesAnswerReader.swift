import OrderedCollections

/// Reads answers of a provider that speaks Responses: items whole, and the words that its streams have in common with them.
struct ResponsesAnswerReader: Sendable {
  let maker: Maker

  /// `maker` is the provider's name.
  init(maker: String) { self.maker = Maker(provider: maker, dialect: .responses) }

  /// The whole answer of a body that tells of no error.
  func whole(_ value: JSONValue) throws(ProviderFault) -> ProviderAnswer {
    guard let output = value["output"], !output.isNull else { throw .failing("no output in the answer") }
    let items = EvidentForm.parts(output) { ["type": "message", "content": $0] }
    var answer = Answer()
    for item in items { answer.choices[0].parts += parts(of: item) }
    let logprobs = items.flatMap(Self.logprobs)
    if !logprobs.isEmpty { answer.choices[0].logprobs = ["content": .array(logprobs)] }
    answer.usage = TokenUsage(responses: value["usage"])
    answer.extras = Self.extras(of: value)
    if !answer.extras.isEmpty { answer.dialect = .responses }
    var read = ProviderAnswer(answer)
    switch Self.finishReason(value, hasCalls: answer.hasToolCalls) {
    case .ended(let reason): read.answer.choices[0].finishReason = reason
    case .broken: throw ProviderFault.failing("the answer has no end").leaving(answer)
    case .unknown(let word):
      read.answer.choices[0].finishReason = .stop
      read.unknownFinishReason = word
    case .none: read.answer.choices[0].finishReason = answer.hasToolCalls ? .toolCalls : .stop
    }
    return read
  }

  /// Why an answer ended. A call is to be made, whatever else there is, unless it may have broken off.
  static func finishReason(_ response: JSONValue?, hasCalls: Bool) -> FinishReasonReading {
    switch response?["status"]?.string {
    case "completed": .ended(hasCalls ? .toolCalls : .stop)
    case "incomplete":
      switch response?["incomplete_details"]?["reason"]?.string {
      case "content_filter": .ended(.contentFilter)
      case "max_output_tokens", "max_tokens", "max_messages", nil: .ended(.length)
      case let word?: .unknown(word)
      }
    case "cancelled", "failed", "queued", "in_progress": .broken
    case nil: .none
    case let word?: .unknown(word)
    }
  }

  /// Members that clients of Responses know and that tell of the answer, not of the request.
  private static let told = ["service_tier", "moderation", "tool_usage"]

  static func extras(of response: JSONValue?) -> JSONObject {
    var extras: JSONObject = [:]
    for name in told { if let value = response?[name], !value.isNull { extras[name] = value } }
    return extras
  }

  // MARK: - Items

  func parts(of item: JSONValue) -> [Part] {
    guard case .object(let members) = item else { return [] }
    switch members["type"]?.string {
    case "message":
      let item = Self.members(of: members)
      return Self.texts(members["content"], "output_text").enumerated().flatMap { index, part in
        content(part, item: index == 0 ? item : nil)
      }
    case "reasoning": return thoughts(members)
    case "function_call", "custom_tool_call": return call(members).map { [.toolCall($0)] } ?? []
    default: return [opaque(members)]
    }
  }

  /// Members of an item that nobody but Responses knows. Its id is the provider's and of no use to a client, who cannot
  /// ask it for the item.
  static func members(of item: JSONObject) -> JSONObject {
    item.without(
      "type", "id", "role", "status", "content", "summary", "encrypted_content", "call_id", "name",
      "arguments",
      "input", "namespace")
  }

  /// The parts of an item's member, of which texts are of this type.
  static func texts(_ json: JSONValue?, _ type: String) -> [JSONValue] {
    EvidentForm.parts(json) { ["type": .string(type), "text": $0] }
  }

  /// A part of a message and what follows it: the sources of a text.
  func content(_ json: JSONValue, item: JSONObject?) -> [Part] {
    guard case .object(let members) = json else { return [] }
    switch members["type"]?.string {
    case "output_text", "text":
      let annotations = (members["annotations"]?.array ?? []).compactMap(Self.citation)
      if members["text"]?.string?.isEmpty ?? true, annotations.isEmpty { return [] }
      let text = TextPart(
        members["text"]?.string ?? "",
        extras: Self.extras(members.without("type", "text", "annotations", "logprobs"), item: item))
      return [.text(text)] + annotations
    case "refusal": return [.refusal(members["refusal"]?.string ?? "")]
    default:
      return [
        .opaque(
          OpaquePart(
            name: ResponsesPartReader.content, members: members, dialect: .responses, maker: maker))
      ]
    }
  }

  static func extras(_ members: JSONObject, item: JSONObject?) -> JSONObject {
    var extras = members
    if let item { extras[ResponsesItemReader.item] = .object(item) }
    return extras
  }

  static func citation(_ json: JSONValue) -> Part? {
    guard case .object(let members) = json else { return nil }
    return .citation(
      Citation(
        url: members["url"]?.string, title: members["title"]?.string, members: members, dialect: .responses))
  }

  func thoughts(_ members: JSONObject) -> [Part] {
    var thoughts: [Thought] = []
    for name in ["summary", "content"] {
      for case let text? in Self.texts(members[name], "\(name)_text").map({ $0["text"]?.string }) {
        thoughts.append(Thought(text, maker: maker, member: name))
      }
    }
    if thoughts.isEmpty { thoughts = [Thought("", maker: maker)] }
    thoughts[0].extras = Self.extras([:], item: Self.members(of: members))
    thoughts[thoughts.count - 1].sealed = members["encrypted_content"]?.string
    return thoughts.map(Part.thought)
  }

  func call(_ members: JSONObject) -> ToolCall? {
    guard let name = members["name"]?.string else { return nil }
    let id = members["call_id"]?.string ?? ""
    let isCustom = members["type"] == "custom_tool_call"
    let own = Self.members(of: members)
    return ToolCall(
      kind: isCustom ? .custom : .function, id: id.isEmpty ? ToolCallID.new() : id, name: name,
      arguments: EvidentForm.arguments(members[isCustom ? "input" : "arguments"]) ?? "",
      maker: own.isEmpty ? nil : maker, namespace: members["namespace"]?.string, extras: own)
  }

  func opaque(_ members: JSONObject) -> Part {
    .opaque(OpaquePart(name: "", members: members, dialect: .responses, maker: maker))
  }

  private static func logprobs(of item: JSONValue) -> [JSONValue] {
    (item["content"]?.array ?? []).flatMap { $0["logprobs"]?.array ?? [] }
  }
}
