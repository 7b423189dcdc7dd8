import Shared

extension ValueRule where Value == JSONValue {
  /// One of `tools`. A function needs a name that every provider takes; what other kinds need is theirs to say.
  static var tool: ValueRule {
    let function = BodySchema(
      startingFrom: DeclaredFunction(), others: \DeclaredFunction.others,
      [Field("name", \.name, .functionName, required: true, "What the model calls it by.")])
    return
      typedObject
      .withoutNulls(under: ["function", "custom"])
      .described(by: ["properties": ["type": ["type": "string"], "function": function.openAPISchema]])
      .checked { tool, errors in
        guard tool["type"]?.string == "function" else { return }
        let known = errors.issues.count
        if let json = tool["function"] { _ = function.read(json, &errors) } else { errors.add(.missing) }
        errors.locate(under: "function", since: known)
      }
  }
}

extension ValueRule where Value == String {
  /// What OpenAI takes as a function's name (https://platform.openai.com/docs/api-reference/chat/create): any
  /// provider of a route may come to be asked, and Gemini alone takes more.
  static var functionName: ValueRule {
    text(length: 1...64)
      .described(by: ["pattern": "^[a-zA-Z0-9_-]+$"])
      .also { name in
        name.utf8.allSatisfy(isAllowedInName)
          ? nil : .refused("Input should have only letters of ASCII, digits, '_' and '-'")
      }
  }

  private static func isAllowedInName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}

/// What of a function is looked at; the rest is read where a provider's form needs it.
private struct DeclaredFunction: Sendable {
  var name = ""
  var others: JSONObject = [:]
}
