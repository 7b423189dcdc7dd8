public import OrderedCollections

/// Tools that belong together under one name, as OpenAI's Responses has them; elsewhere they are told one by one.
public struct ToolNamespace: Sendable, Hashable {
  public var name: String
  public var description: String?
  /// Functions and custom tools; what a dialect adds to them stands as ``Tool/other(_:)``.
  public var tools: [Tool]
  /// Members that only the dialect of its conversation knows.
  public var extras: JSONObject

  public init(name: String, description: String? = nil, tools: [Tool], extras: JSONObject = [:]) {
    self.name = name
    self.description = description
    self.tools = tools
    self.extras = extras
  }

  var size: Int {
    tools.reduce(name.utf8.count + (description?.utf8.count ?? 0) + extras.size) { $0 + $1.size }
  }
}
