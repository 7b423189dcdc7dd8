import Shared

/// Makes a value that fits a JSON schema, or Gemini's subset of OpenAPI's: the same for the same schema.
///
/// Of the keywords that narrow a string, `pattern` is not followed.
struct SchemaExample {
  /// Below this a value is as small as its schema lets it, so that a schema that holds itself has an end.
  private static let sparseDepth = 6
  /// Nothing is deeper; a schema that demands itself has no example.
  private static let depthLimit = 32

  /// Which `$ref` is relative to.
  private let root: JSONValue

  static func value(of schema: JSONValue) -> JSONValue {
    SchemaExample(root: schema).value(schema, name: "value", depth: 0)
  }

  /// The same for a function's parameters, which are an object whatever their schema says.
  static func object(of schema: JSONValue) -> JSONValue {
    let value = value(of: schema)
    return value.object == nil ? [:] : value
  }

  private func value(_ schema: JSONValue, name: String, depth: Int) -> JSONValue {
    guard depth < Self.depthLimit else { return .null }
    let schema = flattened(schema, depth: depth)
    if let constant = schema["const"] { return constant }
    if let choices = schema["enum"]?.array, let first = choices.first(where: { !$0.isNull }) ?? choices.first
    {
      return first
    }
    if let option = option(of: schema, depth: depth) { return value(option, name: name, depth: depth + 1) }
    switch type(of: schema) {
    case "object": return object(schema, depth: depth)
    case "array": return array(schema, name: name, depth: depth)
    case "integer": return .integer(Int64(SchemaNumber(schema).integer))
    case "number": return .double(SchemaNumber(schema).number)
    case "boolean": return true
    case "null": return .null
    default: return .string(SchemaText.make(schema, name: name))
    }
  }

  // MARK: - Choosing

  /// A schema with what its `$ref` and `allOf` say.
  private func flattened(_ schema: JSONValue, depth: Int) -> JSONValue {
    var schema = schema
    for _ in 0..<Self.depthLimit {
      guard let pointer = schema["$ref"]?.string, let target = target(of: pointer) else { break }
      schema = target
    }
    guard let parts = schema["allOf"]?.array, var merged = schema.object else { return schema }
    merged["allOf"] = nil
    for part in parts where depth < Self.depthLimit {
      merged.merge(flattened(part, depth: depth + 1).object ?? [:], uniquingKeysWith: Self.union)
    }
    return .object(merged)
  }

  private static func union(_ first: JSONValue, _ second: JSONValue) -> JSONValue {
    switch (first, second) {
    case (.object(let first), .object(let second)): .object(first.merging(second) { own, _ in own })
    case (.array(let first), .array(let second)): .array(first + second.filter { !first.contains($0) })
    default: first
    }
  }

  /// RFC 6901, for pointers into the schema itself.
  private func target(of pointer: String) -> JSONValue? {
    guard pointer.hasPrefix("#") else { return nil }
    return pointer.split(separator: "/").dropFirst().reduce(root) { value, part -> JSONValue? in
      let name = String(part).replacing("~1", with: "/").replacing("~0", with: "~")
      return value?[name] ?? Int(name).flatMap { value?[$0] }
    }
  }

  /// One of `anyOf` or `oneOf`: deep down the smallest, else the first that is more than null.
  private func option(of schema: JSONValue, depth: Int) -> JSONValue? {
    guard let options = schema["anyOf"]?.array ?? schema["oneOf"]?.array else { return nil }
    func isNull(_ option: JSONValue) -> Bool { type(of: option) == "null" }
    return (depth >= Self.sparseDepth ? options.first(where: isNull) : nil)
      ?? options.first { !isNull($0) } ?? options.first
  }

  /// Gemini's types are in capitals. A schema that names none is one of what its keywords are about.
  private func type(of schema: JSONValue) -> String {
    let names = (schema["type"]?.array ?? [schema["type"] ?? nil]).compactMap { $0.string?.lowercased() }
    if let name = names.first(where: { $0 != "null" }) ?? names.first { return name }
    if schema["properties"] != nil || schema["additionalProperties"] != nil { return "object" }
    if schema["items"] != nil || schema["prefixItems"] != nil { return "array" }
    return "string"
  }

  // MARK: - Making

  private func object(_ schema: JSONValue, depth: Int) -> JSONValue {
    let required = (schema["required"]?.array ?? []).compactMap(\.string)
    let isSparse = depth >= Self.sparseDepth
    var members: JSONObject = [:]
    for (name, property) in schema["properties"]?.object ?? [:] where !isSparse || required.contains(name) {
      members[name] = value(property, name: name, depth: depth + 1)
    }
    let others = schema["additionalProperties"] ?? true
    for name in required where members[name] == nil {
      members[name] = value(others, name: name, depth: depth + 1)
    }
    // A dictionary shows what it holds.
    if members.isEmpty, !isSparse, others.object?.isEmpty == false {
      members["key"] = value(others, name: "key", depth: depth + 1)
    }
    return .object(members)
  }

  private func array(_ schema: JSONValue, name: String, depth: Int) -> JSONValue {
    var elements = (schema["prefixItems"]?.array ?? []).map { value($0, name: name, depth: depth + 1) }
    let least = Self.count(schema["minItems"]) ?? 0
    let most = Self.count(schema["maxItems"]) ?? Int.max
    let wished = schema["items"] == nil || depth >= Self.sparseDepth ? least : max(least, 1)
    while elements.count < min(wished, most) {
      // Named apart, because some arrays want their elements unequal.
      let own = elements.isEmpty ? name : "\(name) \(elements.count + 1)"
      elements.append(value(schema["items"] ?? true, name: own, depth: depth + 1))
    }
    return .array(elements)
  }

  /// Gemini writes such numbers as strings (ProtoJSON's `int64`). More than a thousand is nobody's schema.
  static func count(_ value: JSONValue?) -> Int? {
    guard let number = value?.integer ?? value?.string.flatMap({ Int64($0) }) else { return nil }
    return Int(min(max(number, 0), 1000))
  }
}
