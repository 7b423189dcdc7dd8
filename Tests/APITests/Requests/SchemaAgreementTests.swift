import Shared
import Testing

@testable import API

/// The values at and just past each bound that a field's published schema names.
private struct Probe {
  let value: JSONValue
  let isValid: Bool

  static func probes(of schema: JSONValue) -> [Probe] {
    var probes = schema["anyOf"]?.array?.flatMap(probes) ?? []
    let types = schema["type"]?.array ?? schema["type"].map { [$0] } ?? []
    if types.contains("integer") { probes += integers(schema) }
    if types.contains("number") { probes += numbers(schema) }
    if types.contains("string") { probes += strings(schema) }
    if types.contains("array") { probes += arrays(schema) }
    if types.contains("null") { probes.append(Probe(value: nil, isValid: true)) }
    if let value = schema["default"] { probes.append(Probe(value: value, isValid: true)) }
    probes += schema["examples"]?.array?.map { Probe(value: $0, isValid: true) } ?? []
    return probes
  }

  private static func integers(_ schema: JSONValue) -> [Probe] {
    guard let least = schema["minimum"]?.integer, let most = schema["maximum"]?.integer else { return [] }
    var probes = [Probe(value: .integer(least), isValid: true), Probe(value: .integer(most), isValid: true)]
    if least > .min { probes.append(Probe(value: .integer(least - 1), isValid: false)) }
    if most < .max { probes.append(Probe(value: .integer(most + 1), isValid: false)) }
    return probes + [Probe(value: .double(1.5), isValid: false), Probe(value: true, isValid: false)]
  }

  private static func numbers(_ schema: JSONValue) -> [Probe] {
    var probes: [Probe] = []
    if let least = schema["minimum"]?.double {
      probes.append(Probe(value: .double(least), isValid: true))
      probes.append(Probe(value: .double(least.nextDown), isValid: false))
    }
    if let least = schema["exclusiveMinimum"]?.double {
      probes.append(Probe(value: .double(least), isValid: false))
      probes.append(Probe(value: .double(least.nextUp), isValid: true))
    }
    if let most = schema["maximum"]?.double {
      probes.append(Probe(value: .double(most), isValid: true))
      probes.append(Probe(value: .double(most.nextUp), isValid: false))
    }
    return probes
  }

  private static func strings(_ schema: JSONValue) -> [Probe] {
    if let choices = schema["enum"]?.array {
      return choices.map { Probe(value: $0, isValid: true) }
        + [Probe(value: "no such choice", isValid: false)]
    }
    let least = Int(schema["minLength"]?.integer ?? 0)
    var probes = [Probe(value: true, isValid: false)]
    // A model or a URL must lead somewhere, so not every text of the right length is one.
    if !schema.isModelName, schema["format"] != "uri", let most = schema["maxLength"]?.integer {
      probes.append(Probe(value: text(Int(most)), isValid: true))
      probes.append(Probe(value: text(max(least, 1)), isValid: true))
      probes.append(Probe(value: text(Int(most) + 1), isValid: false))
    }
    if least > 0 { probes.append(Probe(value: text(least - 1), isValid: false)) }
    if schema["pattern"] == "\\S" { probes.append(Probe(value: " \n", isValid: false)) }
    return probes
  }

  private static func arrays(_ schema: JSONValue) -> [Probe] {
    guard let least = schema["minItems"]?.integer, let most = schema["maxItems"]?.integer,
      let items = schema["items"]
    else { return [] }
    let element: JSONValue = items["type"] == "object" ? ["role": "user", "content": "x"] : "x"
    func array(_ count: Int64) -> JSONValue { .array(Array(repeating: element, count: Int(count))) }
    var probes = [Probe(value: array(most), isValid: true), Probe(value: array(most + 1), isValid: false)]
    probes.append(Probe(value: array(least), isValid: true))
    if least > 0 { probes.append(Probe(value: array(least - 1), isValid: false)) }
    return probes
  }

  /// One character outside the basic plane: lengths count scalars, not bytes or UTF-16 units.
  private static func text(_ count: Int) -> JSONValue { .string(String(repeating: "😀", count: count)) }
}

extension JSONValue {
  fileprivate var isModelName: Bool { self["default"] == "default" }
}

@Suite("The published schema and the decoder")
struct SchemaAgreementTests {
  @Test("accept and refuse the same values at every bound of every field")
  func agreement() throws {
    let schema = SubmissionFixture.job
    let properties = try #require(schema.openAPISchema["properties"]?.object)
    var count = 0
    for (name, property) in properties {
      for probe in Probe.probes(of: property) {
        // Null stands for absent: the other way of asking must be there.
        var body: JSONObject = name == "messages" && !probe.value.isNull ? [:] : ["prompt": "x"]
        if name == "prompt", probe.value.isNull { body = ["messages": [["role": "user", "content": "x"]]] }
        // The example names a provider that has no key here.
        if property.isModelName, property["examples"]?.array?.contains(probe.value) == true { continue }
        body[name] = probe.value
        let isAccepted = schema.decode(.object(body)).issues.isEmpty
        #expect(isAccepted == probe.isValid, "\(name): \(probe.value.description.prefix(80))")
        count += 1
      }
    }
    #expect(count > 80, "the schemas name their bounds")
  }

  @Test("name the same fields, each with a sentence")
  func fields() throws {
    let properties = try #require(SubmissionFixture.job.openAPISchema["properties"]?.object)
    #expect(Array(properties.keys) == SubmissionFixture.job.fields.map(\.name))
    for (name, property) in properties {
      #expect(property["description"]?.string?.hasSuffix(".") == true, "\(name) lacks a sentence")
    }
    #expect(Array(properties.keys).starts(with: SubmissionFixture.query.fields.map(\.name)))
    #expect(SubmissionFixture.job.openAPISchema["additionalProperties"] == false)
  }

  @Test("show the defaults that are applied")
  func defaults() {
    func value(_ name: String, _ schema: BodySchema<Submission>) -> JSONValue? {
      schema.openAPISchema["properties"]?[name]?["default"]
    }
    #expect(value("model", SubmissionFixture.query) == "default")
    #expect(value("max_tokens", SubmissionFixture.query) == 256)
    #expect(value("temperature", SubmissionFixture.query) == .double(0.7))
    #expect(value("top_p", SubmissionFixture.query) == nil)
    #expect(value("priority", SubmissionFixture.query) == "interactive")
    #expect(value("priority", SubmissionFixture.job) == "standard")
    #expect(value("expires_in", SubmissionFixture.job)?.integer == 86_400)
    let message = SubmissionFixture.query.openAPISchema["properties"]?["messages"]?["items"]
    #expect(message?["required"] == ["role", "content"])
    #expect(message?["properties"]?["role"]?["default"] == nil)
  }
}
