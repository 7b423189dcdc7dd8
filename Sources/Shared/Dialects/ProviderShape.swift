public import OrderedCollections

/// What a server that speaks a dialect takes of it, where that differs from server to server.
public struct ProviderShape: Sendable, Hashable {
  /// Which ids of tool calls it takes.
  public enum ToolCallIDs: Sendable, Hashable {
    case any
    /// Mistral's: nine letters and digits (https://docs.mistral.ai/capabilities/function_calling).
    case nineAlphanumerics
  }

  /// Whether the longest answer is called `max_completion_tokens`, or `max_tokens`; nil: as the client said.
  public var limitsCompletionTokens: Bool?
  public var takesStreamOptions = true
  /// How `developer` is called.
  public var systemRole = "system"
  /// Whether it takes a temperature or `top_p`.
  public var takesSampling = true
  /// Whether it takes a model's thoughts back as a text.
  public var takesReasoning = false
  /// Whether it knows the sounds of its earlier answers by their ids.
  public var keepsAudio = false
  public var toolCallIDs = ToolCallIDs.any
  /// Members that are left out.
  public var drop: Set<String> = []
  /// Members that go by another name.
  public var rename: [String: String] = [:]
  /// Members that every request has.
  public var send: JSONObject = [:]

  public init() {}

  /// Of a server of which nothing is known.
  public static let neutral = ProviderShape()

  /// Leaves out, renames and adds what the shape says.
  func edit(_ request: WrittenRequest) -> WrittenRequest {
    guard !drop.isEmpty || !rename.isEmpty || !send.isEmpty,
      case .object(let members)? = try? JSONParser.parse(request.body)
    else { return request }
    var edited = JSONObject(minimumCapacity: members.count)
    var dropped = request.dropped
    for (name, value) in members {
      if drop.contains(name) { dropped.append(name) } else { edited[rename[name] ?? name] = value }
    }
    for (name, value) in send { edited[name] = value }
    return WrittenRequest(body: JSONValue.object(edited).serialized(), dropped: dropped)
  }
}
