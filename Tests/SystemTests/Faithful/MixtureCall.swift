import Shared

/// Writes one random tool call in OpenAI's form, whole and in fragments.
struct MixtureCall {
  private(set) var wire: (whole: JSONValue, fragments: [JSONValue])
  /// As clients are told of it: with who signed it.
  private(set) var told: JSONValue

  /// A call without an index goes on until the next one begins.
  ///
  /// `maker` is the provider's name.
  init(_ index: Int, isIndexed: Bool, maker: String, _ samples: inout MixtureSamples) {
    let isCustom = samples.happens(20)
    let (kind, member) = isCustom ? ("custom", "input") : ("function", "arguments")
    let text = Self.text(isCustom: isCustom, &samples)
    let name: JSONValue = .string("f\(index)")
    var call: JSONObject = ["id": .string("call_\(index)_\(samples.number(0...999))"), "type": .string(kind)]
    // Some tell with each fragment whose it is.
    let repeated = isIndexed && samples.happens(15) ? call : [:]
    if samples.happens(15) {
      call["extra_content"] = ["google": ["thought_signature": .string(samples.base64())]]
    }
    if samples.happens(15) { call["vendor"] = ["count": 2, "said": .string(samples.text())] }
    var pieces = samples.cut(text)
    // Most begin with the name alone.
    if samples.happens(70) { pieces.insert("", at: 0) }
    let place: JSONObject = isIndexed ? ["index": .integer(Int64(index))] : [:]
    let fragments = pieces.enumerated().map { number, piece -> JSONValue in
      var body: JSONObject = [member: .string(piece)]
      if number == 0 || !repeated.isEmpty { body["name"] = name }
      let members = number == 0 ? call : repeated
      var fragment = place.merging(members) { $1 }
      fragment[kind] = .object(body)
      return .object(fragment)
    }
    call[kind] = .object(["name": name, member: .string(text)])
    wire = (.object(call), fragments)
    if case .object(var content)? = call["extra_content"] {
      content["sluice"] = ["maker": .string("gemini:\(maker)")]
      call["extra_content"] = .object(content)
    }
    told = .object(call)
  }

  /// Also what is no JSON.
  private static func text(isCustom: Bool, _ samples: inout MixtureSamples) -> String {
    if isCustom || samples.happens(10) { return samples.text() }
    return samples.happens(5) ? "" : samples.arguments().description
  }
}
