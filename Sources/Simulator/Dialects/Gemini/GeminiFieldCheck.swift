import Shared

/// Checks a request against the protocol's declarations, as Google's front end does before any model sees it
/// (ProtoJSON, https://protobuf.dev/programming-guides/json).
struct GeminiFieldCheck {
  /// Where the value stands.
  private enum Step {
    case field(String)
    case index(Int)
    case key(String)
  }

  private var path: [Step] = []
  /// Whether a name stands as it is declared, `max_output_tokens`, which is allowed as well as `maxOutputTokens`.
  private var hasDeclaredNames = false

  /// The request with all of its names in camel case.
  static func check(_ value: JSONValue, _ message: GeminiMessage) throws(Refusal) -> JSONValue {
    var check = GeminiFieldCheck()
    try check.check(value, .message(message))
    return check.hasDeclaredNames ? camelCased(value, .message(message)) : value
  }

  private mutating func check(_ value: JSONValue, _ field: GeminiMessage.Field) throws(Refusal) {
    switch field {
    case .text: try demand(value.string != nil, value, "TYPE_STRING")
    case .flag: try demand(value.bool != nil, value, "TYPE_BOOL")
    case .number: try demand(value.double != nil, value, "TYPE_FLOAT")
    case .integer32:
      try demand(value.integer.map { Int32(exactly: $0) != nil } ?? false, value, "TYPE_INT32")
    case .integer64:
      try demand(value.integer != nil || value.string.flatMap { Int64($0) } != nil, value, "TYPE_INT64")
    case .bytes: try checkBytes(value)
    case .anything: break
    case .structure: try demand(value.object != nil, value, "type.googleapis.com/google.protobuf.Struct")
    case .choice(let name, let values):
      let isKnown = value.integer != nil || value.string.map { values.contains($0.uppercased()) } ?? false
      try demand(isKnown, value, "type.googleapis.com/google.ai.generativelanguage.v1beta.\(name)")
    case .message(let message): try check(value, message)
    case .list(let element):
      guard let elements = value.array else { throw unexpected(value) }
      for (index, value) in elements.enumerated() { try check(value, element, at: .index(index)) }
    case .map(let element):
      guard let members = value.object else { throw unexpected(value) }
      for (key, value) in members { try check(value, element, at: .key(key)) }
    }
  }

  private mutating func check(_ value: JSONValue, _ message: GeminiMessage) throws(Refusal) {
    guard let members = value.object else { throw unexpected(value) }
    let fields = message.fields
    // Null is as good as absent.
    for (name, value) in members where !value.isNull {
      if fields[name] == nil, fields[Self.camelCase(name)] != nil { hasDeclaredNames = true }
      guard let field = fields[name] ?? fields[Self.camelCase(name)] else {
        let place = path.isEmpty ? "" : " at '\(location)'"
        throw .invalid(
          "Invalid JSON payload received. Unknown name \"\(name)\"\(place): Cannot find field.",
          parameter: location)
      }
      try check(value, field, at: .field(name))
    }
  }

  private mutating func check(
    _ value: JSONValue, _ field: GeminiMessage.Field, at step: Step
  ) throws(Refusal) {
    path.append(step)
    try check(value, field)
    path.removeLast()
  }

  private func checkBytes(_ value: JSONValue) throws(Refusal) {
    try demand(value.string != nil, value, "TYPE_BYTES")
    guard let text = value.string, Base64.decodeEither(text) == nil else { return }
    throw .invalid(
      "Invalid value at '\(location)' (TYPE_BYTES), Base64 decoding failed for \"\(text.prefix(64))\"",
      parameter: location)
  }

  private func demand(_ isRight: Bool, _ value: JSONValue, _ type: String) throws(Refusal) {
    guard !isRight else { return }
    throw .invalid(
      "Invalid value at '\(location)' (\(type)), \(value.description.prefix(64))", parameter: location)
  }

  private func unexpected(_ value: JSONValue) -> Refusal {
    .invalid(
      "Invalid JSON payload received. Unexpected value at '\(location)': \(value.description.prefix(64))",
      parameter: location)
  }

  /// Such as `contents[0].parts[1].inline_data`: the names of the declarations, not those of JSON.
  private var location: String {
    var location = ""
    for step in path {
      switch step {
      case .field(let name): location += (location.isEmpty ? "" : ".") + Self.snakeCase(name)
      case .index(let index): location += "[\(index)]"
      case .key(let key): location += "['\(key)']"
      }
    }
    return location
  }

  // MARK: - Names

  private static func camelCased(_ value: JSONValue, _ field: GeminiMessage.Field) -> JSONValue {
    switch (field, value) {
    case (.message(let message), .object(let members)):
      let fields = message.fields
      var named: JSONObject = [:]
      for (name, value) in members {
        let name = camelCase(name)
        named[name] = fields[name].map { camelCased(value, $0) } ?? value
      }
      return .object(named)
    case (.list(let element), .array(let elements)):
      return .array(elements.map { camelCased($0, element) })
    case (.map(let element), .object(let members)):
      return .object(members.mapValues { camelCased($0, element) })
    default: return value
    }
  }

  private static func camelCase(_ name: String) -> String {
    let words = name.split(separator: "_")
    return (words.first.map(String.init) ?? "")
      + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  private static func snakeCase(_ name: String) -> String {
    name.reduce(into: "") { text, character in
      if character.isUppercase { text += "_" }
      text += character.lowercased()
    }
  }
}
