import OrderedCollections

/// The pieces of parts, and what of a whole they did not bring.
extension ResponsesStreamReader {
  mutating func add(_ part: Part, _ key: Key, _ place: Int64, length: Int) -> AnswerEvent {
    defer { parts += 1 }
    items[place, default: Item()].parts[key] = Told(part: parts, length: length)
    return .part(part, at: parts, choice: 0)
  }

  /// `piece` makes a part of a text and, with the first, of extras.
  mutating func grow(
    _ text: String, _ key: Key, _ place: Int64, _ piece: (String, JSONObject) -> Part
  ) -> [AnswerEvent] {
    if text.isEmpty { return [] }
    if let told = items[place]?.parts[key] {
      items[place]?.parts[key]?.length += text.utf8.count
      return [.part(piece(text, [:]), at: told.part, choice: 0)]
    }
    let item = items[place, default: Item()]
    let extras = ResponsesAnswerReader.extras([:], item: item.parts.isEmpty ? item.members : nil)
    return [add(piece(text, extras), key, place, length: text.utf8.count)]
  }

  mutating func text(
    _ json: JSONValue?, _ value: JSONValue, _ place: Int64, _ piece: (String, JSONObject) -> Part
  ) -> [AnswerEvent] {
    grow(json?.string ?? "", Key(of: .content, index: value["content_index"]?.integer ?? 0), place, piece)
  }

  mutating func rest(
    _ json: JSONValue?, _ value: JSONValue, _ place: Int64, _ piece: (String, JSONObject) -> Part
  ) -> [AnswerEvent] {
    let key = Key(of: .content, index: value["content_index"]?.integer ?? 0)
    return grow(remainder(json, key, place)?.string ?? "", key, place, piece)
  }

  mutating func think(_ json: JSONValue?, _ value: JSONValue, _ place: Int64) -> [AnswerEvent] {
    think(json, thoughtKey(value), place)
  }

  mutating func think(_ json: JSONValue?, _ key: Key, _ place: Int64) -> [AnswerEvent] {
    let maker = reader.maker
    return grow(json?.string ?? "", key, place) { text, extras in
      .thought(
        Thought(text, maker: maker, member: key.of == .summary ? "summary" : "content", extras: extras))
    }
  }

  func thoughtKey(_ value: JSONValue) -> Key {
    if let index = value["summary_index"]?.integer { return Key(of: .summary, index: index) }
    return Key(of: .content, index: value["content_index"]?.integer ?? 0)
  }

  mutating func call(_ json: JSONValue?, _ place: Int64) -> [AnswerEvent] {
    // Pieces of a call that nobody has named are nothing.
    guard items[place]?.parts[Key(of: .call)] != nil else { return [] }
    return grow(EvidentForm.arguments(json) ?? "", Key(of: .call), place) { text, _ in
      .toolCall(ToolCall(id: "", name: "", arguments: text))
    }
  }

  mutating func cite(_ json: JSONValue, _ place: Int64) -> [AnswerEvent] {
    guard items[place, default: Item()].citations.insert(json).inserted,
      let citation = ResponsesAnswerReader.citation(json)
    else { return [] }
    defer { parts += 1 }
    return [.part(citation, at: parts, choice: 0)]
  }

  func logprobs(_ value: JSONValue) -> [AnswerEvent] {
    guard let logprobs = value["logprobs"]?.array, !logprobs.isEmpty else { return [] }
    return [.logprobs(["content": .array(logprobs)], choice: 0)]
  }

  /// What of a whole text its pieces did not bring.
  func remainder(_ json: JSONValue?, _ key: Key, _ place: Int64) -> JSONValue? {
    guard let text = EvidentForm.arguments(json) else { return nil }
    let told = items[place]?.parts[key]?.length ?? 0
    guard text.utf8.count > told else { return nil }
    return .string(String(decoding: text.utf8.dropFirst(told), as: UTF8.self))
  }

  /// Members of a text that nobody knows, which come with its end.
  func extras(of part: JSONValue, _ index: Int64, _ place: Int64) -> [AnswerEvent] {
    let extras = (part.object ?? [:]).without("type", "text", "annotations", "logprobs")
    guard !extras.isEmpty, let told = items[place]?.parts[Key(of: .content, index: index)] else { return [] }
    return [.part(.text(TextPart("", extras: extras)), at: told.part, choice: 0)]
  }
}
