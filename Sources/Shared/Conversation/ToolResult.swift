/// What a call brought.
public struct ToolResult: Sendable, Hashable {
  /// The id of the call.
  public var callID: String
  public var parts: [Part]
  /// Whether the call failed, where the dialect says so.
  public var isError: Bool

  public init(callID: String, parts: [Part], isError: Bool = false) {
    self.callID = callID
    self.parts = parts
    self.isError = isError
  }

  var size: Int { parts.reduce(callID.utf8.count) { $0 + $1.size } }
}
