import Shared

/// The members of a JSON object, declared once: decoding, errors and the OpenAPI schema come from here.
struct BodySchema<Model: Sendable>: Sendable {
  let fields: [Field<Model>]
  /// Names of optional fields of which a body must hold one and no second.
  let exactlyOneOf: [String]
  /// Where members that are not declared go; nil when they are refused.
  private let others: (WritableKeyPath<Model, JSONObject> & Sendable)?
  private let blank: Model
  private let indices: [String: Int]
  /// Bit sets over the indices of `fields`.
  private let required: UInt64
  private let exclusive: UInt64

  /// `blank` holds the defaults. Names must differ, and there may be 64 fields.
  init(
    startingFrom blank: Model, exactlyOneOf: [String] = [],
    others: (WritableKeyPath<Model, JSONObject> & Sendable)? = nil, _ fields: [Field<Model>]
  ) {
    // Declarations stand in the source, so the first test finds one that breaks this.
    precondition(fields.count <= UInt64.bitWidth, "a body schema has at most 64 fields")
    self.blank = blank
    self.fields = fields
    self.exactlyOneOf = exactlyOneOf
    self.others = others
    indices = Dictionary(
      fields.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    required = Self.bits(fields, where: \.isRequired)
    exclusive = Self.bits(fields) { exactlyOneOf.contains($0.name) }
  }

  private static func bits(_ fields: [Field<Model>], where holds: (Field<Model>) -> Bool) -> UInt64 {
    fields.enumerated().reduce(0) { $0 | (holds($1.element) ? 1 << UInt64($1.offset) : 0) }
  }

  /// Reads a request body: the model, or everything that is wrong with it.
  func decode(_ body: JSONValue) -> Result<Model, ValidationErrors> {
    var errors = ValidationErrors()
    let model = read(body, &errors)
    errors.locate(under: "body", since: 0)
    guard let model, errors.isEmpty else { return .failure(errors) }
    return .success(model)
  }

  /// Reads an object; nil when something is wrong, and then at least one issue was added.
  func read(_ json: JSONValue, _ errors: inout ValidationErrors) -> Model? {
    guard case .object(let members) = json else {
      errors.add(.notAnObject)
      return nil
    }
    let known = errors.issues.count
    var model = blank
    var present: UInt64 = 0
    for (name, value) in members {
      if errors.isFull { break }
      let before = errors.issues.count
      let index = indices[name]
      // Null stands for absent, whatever it is that is not there, except where a value is required.
      if case .null = value, index.map({ !fields[$0].isRequired }) ?? true { continue }
      if let index {
        let field = fields[index]
        present |= 1 << UInt64(index)
        field.read(value, &model, &errors)
      } else if let others {
        model[keyPath: others][name] = value
      } else {
        errors.add(.unknownField)
      }
      errors.locate(under: .clientName(name), since: before)
    }
    checkPresence(present, &errors)
    return errors.issues.count == known ? model : nil
  }

  private func checkPresence(_ present: UInt64, _ errors: inout ValidationErrors) {
    let missing = required & ~present
    if missing != 0 {
      for (index, field) in fields.enumerated() where missing & 1 << UInt64(index) != 0 {
        errors.add(.missing, at: [.name(field.name)])
      }
    }
    guard exclusive != 0, (present & exclusive).nonzeroBitCount != 1 else { return }
    if present & exclusive == 0 {
      errors.add(.missingOneOf(exactlyOneOf), at: exactlyOneOf.prefix(1).map(LocationPart.name))
    } else {
      errors.add(.notTogether(exactlyOneOf))
    }
  }
}

// MARK: - As documentation

extension BodySchema {
  /// The object as a JSON Schema (2020-12), for OpenAPI 3.1.
  var openAPISchema: JSONValue { .object(jsonSchema) }

  var jsonSchema: JSONObject {
    let fields = fields.filter(\.isDocumented)
    var schema: JSONObject = [
      "type": "object",
      "properties": .object(
        JSONObject(uniqueKeysWithValues: fields.map { ($0.name, $0.jsonSchema(in: blank)) })),
      "additionalProperties": .bool(others != nil),
    ]
    let required = fields.filter(\.isRequired).map(\.name)
    if !required.isEmpty { schema["required"] = .array(required.map(JSONValue.string)) }
    if !exactlyOneOf.isEmpty {
      schema["oneOf"] = .array(
        exactlyOneOf.map { name in
          // Null stands for absent, so being there is not enough.
          [
            "required": [.string(name)],
            "properties": .object([name: ["not": ["type": "null"]]]),
          ]
        })
    }
    return schema
  }
}
