extension JSONValue {
  /// The same with what looks like a secret blotted out of all its texts and names.
  public var withoutSecrets: JSONValue {
    switch self {
    case .string(let text): .string(SecretBlots.blotted(text))
    case .array(let elements): .array(elements.map(\.withoutSecrets))
    case .object(let members):
      .object(
        JSONObject(
          members.map { (SecretBlots.blotted($0.key), $0.value.withoutSecrets) },
          uniquingKeysWith: { $1 }))
    case .null, .bool, .integer, .double, .number: self
    }
  }
}
