import Shared

/// One member of a request body: its name, its rule, where it goes and what it is for.
struct Field<Model: Sendable>: Sendable {
  let name: String
  /// What it sets, in one sentence.
  let sentence: String
  /// A required field has no default and may not be null.
  let isRequired: Bool
  let example: JSONValue?
  /// Whether the published schema names it. One that is not can only be refused, with a sentence of its own.
  var isDocumented = true
  let schema: JSONObject
  let read: @Sendable (JSONValue, inout Model, inout ValidationErrors) -> Void
  let defaultValue: @Sendable (Model) -> JSONValue?

  /// A field whose default is what the model holds before anything is read.
  init<Value>(
    _ name: String, _ path: WritableKeyPath<Model, Value> & Sendable, _ rule: ValueRule<Value>,
    required: Bool = false, example: JSONValue? = nil, _ sentence: String
  ) {
    self.name = name
    self.sentence = sentence
    self.example = example
    isRequired = required
    schema = rule.schema
    read = { json, model, errors in
      if let value = rule.read(json, &errors) { model[keyPath: path] = value }
    }
    // An optional written as such: a bare nil beside a JSON value would be JSON's null.
    defaultValue = { model in required ? .none : .some(rule.write(model[keyPath: path])) }
  }

  /// A field that may be absent, without a default.
  init<Value>(
    _ name: String, _ path: WritableKeyPath<Model, Value?> & Sendable, _ rule: ValueRule<Value>,
    example: JSONValue? = nil, _ sentence: String
  ) {
    self.name = name
    self.sentence = sentence
    self.example = example
    isRequired = false
    schema = rule.schema
    read = { json, model, errors in
      if let value = rule.read(json, &errors) { model[keyPath: path] = value }
    }
    defaultValue = { _ in nil }
  }

  /// A field that is checked, and taken from the request by whoever reads it whole. It may be absent.
  init<Value>(checking name: String, _ rule: ValueRule<Value>, _ sentence: String) {
    self.name = name
    self.sentence = sentence
    example = nil
    isRequired = false
    schema = rule.schema
    read = { json, _, errors in _ = rule.read(json, &errors) }
    defaultValue = { _ in nil }
  }

  /// A field that may not be there, where those that are not declared are taken as they come.
  init(refusing name: String) {
    self.name = name
    sentence = ""
    example = nil
    isRequired = false
    isDocumented = false
    schema = [:]
    read = { _, _, errors in errors.add(.unknownField) }
    defaultValue = { _ in nil }
  }

  /// The field, in the published schema only if so.
  func documented(if isDocumented: Bool) -> Field {
    var field = self
    field.isDocumented = isDocumented
    return field
  }

  /// The field as a JSON Schema: its rule, null where null means absent, default, example, sentence.
  func jsonSchema(in blank: Model) -> JSONValue {
    var schema = isRequired ? schema : schema.orNull
    schema["description"] = .string(sentence)
    if let value = defaultValue(blank) { schema["default"] = value }
    if let example { schema["examples"] = [example] }
    return .object(schema)
  }
}

extension JSONObject {
  /// The schema of what may be null, too, which stands for absent.
  var orNull: JSONObject {
    var schema = self
    if let type = schema["type"] { schema["type"] = .array((type.array ?? [type]) + ["null"]) }
    if let names = schema["enum"]?.array { schema["enum"] = .array(names + [.null]) }
    if let choices = schema["anyOf"]?.array { schema["anyOf"] = .array(choices + [["type": "null"]]) }
    return schema
  }

  /// The schemas of an object's members, where those that are not `required` may be null.
  func orNull(besides required: [String]) -> JSONObject {
    var members = self
    for (name, schema) in self where !required.contains(name) {
      if let schema = schema.object { members[name] = .object(schema.orNull) }
    }
    return members
  }
}
