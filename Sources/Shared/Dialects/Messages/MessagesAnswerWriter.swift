public import NIOCore
import OrderedCollections

/// Writes answers for Anthropic's clients (https://platform.claude.com/docs/en/api/messages/create): the client's side. What
/// Anthropic itself answered has its own members again.
public struct MessagesAnswerWriter: Sendable {
  /// Such as `msg_…`.
  let id: String

  public init(id: String) { self.id = id }

  public func whole(_ answer: Answer, model: String, usage: TokenUsage) -> ByteBuffer {
    let end = MessagesEnd(answer)
    var json = JSONWriter(capacity: 512 + answer.text.utf8.count)
    json.object { json in
      json.member("id", id)
      json.member("type", "message")
      json.member("role", "assistant")
      json.member("model", model)
      json.member("content", json: .array(Self.blocks(of: answer)))
      json.members(end.members)
      json.member("usage", json: .object(MessagesUsage.members(usage, own: end.ownUsage)))
      json.members(end.beside)
    }
    return json.buffer
  }

  /// The first choice's parts: Anthropic has no other.
  private static func blocks(of answer: Answer) -> [JSONValue] {
    var blocks: [JSONObject] = []
    var text: Int?
    var citations: [Int: [JSONValue]] = [:]
    // Sources that stand before any text.
    var early: [JSONValue] = []
    for part in answer.withoutCutCalls.choices[0].parts {
      switch part {
      case .citation(let citation):
        guard let form = citation.messagesForm else { break }
        if let text {
          citations[text, default: []].append(.object(form))
        } else {
          early.append(.object(form))
        }
      default:
        for block in MessagesBlock.blocks(of: part) {
          if block["type"] == "text" {
            text = blocks.count
            if !early.isEmpty { citations[blocks.count] = early }
            early = []
          }
          blocks.append(block)
        }
      }
    }
    for (index, cited) in citations {
      blocks[index]["citations"] = .array((blocks[index]["citations"]?.array ?? []) + cited)
    }
    return blocks.map(JSONValue.object)
  }
}

extension Answer {
  /// Without calls that were cut, which must not look like ones that are to be run.
  var withoutCutCalls: Answer {
    guard finishReason == .length, hasToolCalls else { return self }
    var answer = self
    answer.choices[0].parts.removeAll { part in
      if case .toolCall(let call) = part { !call.isWhole } else { false }
    }
    return answer
  }
}

extension ToolCall {
  /// Whether the arguments are there to the end.
  var isWhole: Bool {
    kind == .custom || arguments.isEmpty || (try? JSONParser.parse(arguments, of: .provider))?.object != nil
  }
}

extension Citation {
  /// As Anthropic writes it; nil for a source that is no page of another dialect's.
  var messagesForm: JSONObject? {
    if dialect == .messages { return members }
    guard let url else { return nil }
    return [
      "type": "web_search_result_location", "url": .string(url),
      "title": title.map(JSONValue.string) ?? .null,
      "cited_text": "", "encrypted_index": "",
    ]
  }
}
