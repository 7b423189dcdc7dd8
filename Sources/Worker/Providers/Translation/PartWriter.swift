import Shared

/// How a provider writes the parts of messages. Throws a sentence about what it has no form for.
protocol PartWriter {
  /// Its name in sentences.
  var provider: String { get }

  /// What the user says where the conversation would start with the model, which the provider refuses: as little
  /// as it takes.
  var opening: JSONValue { get }

  /// Nil for a text that the provider refuses because it says nothing. `cacheControl` is Anthropic's mark of how
  /// far a prompt shall be cached, as OpenRouter lets it stand in parts.
  func text(_ text: String, cacheControl: JSONValue?) -> JSONValue?

  /// `url` is an address, or a `data:` URL.
  func image(_ url: String) throws(Untranslatable) -> JSONValue

  /// A part of another kind, in OpenAI's form.
  func part(_ json: JSONValue, kind: String) throws(Untranslatable) -> JSONValue

  /// `position` counts the calls of one message.
  func call(
    _ call: ToolCall, arguments: JSONObject, position: Int
  ) throws(Untranslatable) -> JSONValue

  func result(of call: ToolCall, _ content: MessageContent) throws(Untranslatable) -> JSONValue
}

extension PartWriter {
  /// The parts of a message, without those that say nothing.
  func parts(of content: MessageContent) throws(Untranslatable) -> [JSONValue] {
    switch content {
    case .none: return []
    case .text(let text): return [self.text(text, cacheControl: nil)].compactMap(\.self)
    case .parts(let parts):
      var written: [JSONValue] = []
      for (index, part) in parts.enumerated() {
        do throws(Untranslatable) {
          if let part = try write(part) { written.append(part) }
        } catch { throw error.at("content[\(index)]") }
      }
      return written
    }
  }

  private func write(_ part: ContentPart) throws(Untranslatable) -> JSONValue? {
    switch part {
    case .text(let text): return self.text(text, cacheControl: nil)
    case .image(let url, _):
      // `detail` is left out: it says what an image may cost, not what it shows.
      return try image(url)
    case .other(let json):
      switch json["type"]?.string {
      case "text": return text(json["text"]?.string ?? "", cacheControl: json["cache_control"])
      // What a model said instead of an answer.
      case "refusal": return text(json["refusal"]?.string ?? "", cacheControl: nil)
      case let kind: return try self.part(json, kind: kind ?? "")
      }
    }
  }

  /// For what may hold nothing but text.
  func textOnly(_ content: MessageContent, _ what: String) throws(Untranslatable) -> [JSONValue] {
    if case .parts(let parts) = content {
      for case .image in parts { throw Untranslatable("\(provider) takes nothing but text \(what).") }
      for case .other(let json) in parts where json["type"]?.string != "text" {
        throw Untranslatable("\(provider) takes nothing but text \(what).")
      }
    }
    return try parts(of: content)
  }
}
