import Shared
import TestSupport
import Testing

@Suite("The provider simulator's structured output")
struct SimulatorFormatTests {
  private static let schema: JSONValue = [
    "type": "object", "required": ["name", "age", "tags", "home", "next"], "additionalProperties": false,
    "properties": [
      "name": ["type": "string", "minLength": 8, "maxLength": 9], "age": ["type": "integer", "minimum": 18],
      "share": ["type": "number", "exclusiveMinimum": 0, "maximum": 1], "isNew": ["type": "boolean"],
      "born": ["type": "string", "format": "date"], "kind": ["enum": ["lock", "weir"]],
      "even": ["type": "integer", "multipleOf": 4], "only": ["const": 7],
      "tags": ["type": "array", "items": ["type": "string"], "minItems": 2, "maxItems": 3],
      "home": ["$ref": "#/$defs/place"], "next": ["anyOf": [["type": "null"], ["$ref": "#"]]],
      "maybe": ["type": ["null", "integer"]],
      "both": [
        "allOf": [["$ref": "#/$defs/place"], ["properties": ["b": ["type": "null"]], "required": ["b"]]]
      ],
    ], "$defs": ["place": ["type": "object", "properties": ["a": ["type": "string"]], "required": ["a"]]],
  ]

  private static func checkSchema(_ value: JSONValue) {
    #expect(value["name"]?.string?.count == 8 || value["name"]?.string?.count == 9)
    #expect(value["age"]?.integer ?? 0 >= 18)
    let share = value["share"]?.double ?? -1
    #expect(share > 0 && share <= 1)
    #expect(value["isNew"]?.bool != nil)
    #expect(value["born"] == "2026-01-31")
    #expect(value["kind"] == "lock")
    #expect((value["even"]?.integer ?? 1) % 4 == 0)
    #expect(value["only"] == 7)
    #expect(Set(value["tags"]?.array ?? []).count == 2)
    #expect(value["home"]?["a"]?.string != nil)
    #expect(value["maybe"]?.integer != nil)
    #expect(value["both"]?["a"]?.string != nil && value["both"]?["b"] == .null)
    // The schema holds itself, and the example ends all the same.
    #expect(value["next"]?["home"]?["a"]?.string != nil)
    #expect(value.description.utf8.count < 20_000)
  }

  private func answer(_ api: ProviderAPI, _ more: JSONObject) async throws -> JSONValue {
    try await SimulatorProcess.with { simulator in
      let reply = try await api.ask(simulator, "answer in json", more)
      #expect(reply.status == 200, "\(reply.body)")
      let events = try await api.ask(simulator, "answer in json", more, isStream: true).events
      let text = try #require(api.text(of: reply))
      #expect(api.text(of: events) == text)
      return try JSONParser.parse(text)
    }
  }

  @Test("fits OpenAI's json_schema", arguments: ProviderAPI.openAILike)
  func jsonSchema(api: ProviderAPI) async throws {
    let format: JSONValue = [
      "type": "json_schema", "json_schema": ["name": "person", "schema": Self.schema],
    ]
    Self.checkSchema(try await answer(api, ["response_format": format]))
  }

  @Test("fits Gemini's responseJsonSchema")
  func geminiJSONSchema() async throws {
    let config: JSONValue = ["responseMimeType": "application/json", "responseJsonSchema": Self.schema]
    Self.checkSchema(try await answer(.gemini, ["generationConfig": config]))
  }

  @Test("fits Anthropic's output_config")
  func anthropicSchema() async throws {
    let format: JSONValue = ["format": ["type": "json_schema", "schema": Self.schema]]
    Self.checkSchema(try await answer(.anthropic, ["output_config": format]))
  }

  @Test("fits Gemini's own kind of schema, types in capitals and counts in strings")
  func geminiSchema() async throws {
    let schema: JSONValue = [
      "type": "OBJECT", "required": ["sizes"], "propertyOrdering": ["sizes", "kind"],
      "properties": [
        "sizes": ["type": "ARRAY", "items": ["type": "INTEGER", "minimum": 40], "minItems": "3"],
        "kind": ["type": "STRING", "enum": ["a", "b"], "format": "enum"],
      ],
    ]
    let value = try await answer(
      .gemini, ["generationConfig": ["responseMimeType": "application/json", "responseSchema": schema]])
    #expect(value["sizes"]?.array?.count == 3)
    #expect(value["sizes"]?.array?.allSatisfy { $0.integer ?? 0 >= 40 } == true)
    #expect(value["kind"] == "a")
  }

  @Test("is any object where there is no schema", arguments: ProviderAPI.openAILike + [.gemini])
  func anyObject(api: ProviderAPI) async throws {
    let more: JSONObject =
      api == .gemini
      ? ["generationConfig": ["responseMimeType": "application/json"]]
      : ["response_format": ["type": "json_object"]]
    let value = try await answer(api, more)
    #expect(value["answer"]?.string?.contains("answer in json") == true)
  }
}
