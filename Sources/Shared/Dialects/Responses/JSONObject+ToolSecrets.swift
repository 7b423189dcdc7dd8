public import OrderedCollections

extension JSONObject {
  /// A request in Responses' form without what it brings for servers of tools (`mcp`), wherever tools stand in it. Who goes on
  /// from it brings that anew, as at OpenAI
  /// (https://platform.openai.com/docs/guides/tools-connectors-mcp#authentication).
  public var withoutToolSecrets: JSONObject {
    var members = self
    if let tools = members["tools"]?.toolsWithoutSecrets { members["tools"] = tools }
    if let items = members["input"]?.toolsWithoutSecrets { members["input"] = items }
    return members
  }
}

extension JSONValue {
  /// The same tools, or items that bring tools, without their secrets; nil where there are none.
  var toolsWithoutSecrets: JSONValue? {
    guard case .array(let tools) = self else { return nil }
    var told: [JSONValue]?
    for (index, tool) in tools.enumerated() {
      guard let without = tool.withoutToolSecrets else { continue }
      if told == nil { told = tools }
      told?[index] = without
    }
    return told.map(JSONValue.array)
  }

  private var withoutToolSecrets: JSONValue? {
    guard case .object(var members) = self else { return nil }
    if members["type"] == "mcp" {
      guard members["authorization"] != nil || members["headers"] != nil else { return nil }
      return .object(members.without("authorization", "headers"))
    }
    // A namespace has tools, and so has an item with which some join.
    guard let tools = members["tools"]?.toolsWithoutSecrets else { return nil }
    members["tools"] = tools
    return .object(members)
  }
}
