public import OrderedCollections

/// What a call brought.
public struct ToolResult: Sendable, Hashable {
  /// The id of the call.
  public var callID: String
  public var parts: [Part]
  /// Whether the call failed, where the dialect says so.
  public var isError: Bool
  /// Members that only the dialect of its conversation knows, such as `cache_control`.
  public var extras: JSONObject

  public init(callID: String, parts: [Part], isError: Bool = false, extras: JSONObject = [:]) {
    self.callID = callID
    self.parts = parts
    self.isError = isError
    self.extras = extras
  }

  var size: Int { parts.reduce(callID.utf8.count + extras.size) { $0 + $1.size } }

  /// As ``Part/weight``.
  var weight: Int { parts.reduce(callID.utf8.count + extras.size) { $0 + $1.weight } }
}
