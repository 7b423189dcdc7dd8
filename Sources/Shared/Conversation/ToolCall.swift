public import OrderedCollections

/// Something that a model wants to be called.
public struct ToolCall: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable {
    case function
    /// A tool whose input is any text (https://platform.openai.com/docs/guides/function-calling#custom-tools).
    case custom
    /// What OpenAI called a function before there were tools: `function_call`, without an id.
    case legacy
  }

  public var kind: Kind
  /// What its result must name. Empty only in what a client brings.
  public var id: String
  public var name: String
  /// Of a function in a ``ToolNamespace``: where it stands.
  public var namespace: String?
  /// The text that the model wrote: JSON for a function, though it may be malformed.
  public var arguments: String
  /// A thought's signature that came with the call and must go back with it.
  public var signature: String?
  public var maker: Maker?
  /// Members that only the dialect of its conversation knows.
  public var extras: JSONObject

  public init(
    kind: Kind = .function, id: String, name: String, arguments: String, signature: String? = nil,
    maker: Maker? = nil, namespace: String? = nil, extras: JSONObject = [:]
  ) {
    self.kind = kind
    self.id = id
    self.name = name
    self.namespace = namespace
    self.arguments = arguments
    self.signature = signature
    self.maker = maker
    self.extras = extras
  }

  var size: Int {
    id.utf8.count + name.utf8.count + arguments.utf8.count + (signature?.utf8.count ?? 0) + extras.size
  }

  mutating func join(_ more: ToolCall) {
    arguments += more.arguments
    if id.isEmpty { id = more.id }
    if name.isEmpty { name = more.name }
    namespace = namespace ?? more.namespace
    // Who signs a call wants it back, whoever's words its other members are.
    if signature == nil, more.signature != nil { maker = more.maker ?? maker }
    if let piece = more.signature { signature = (signature ?? "") + piece }
    maker = maker ?? more.maker
    if !more.extras.isEmpty { extras.addMissing(of: more.extras) }
  }
}
