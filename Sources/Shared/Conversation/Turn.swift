public import OrderedCollections

/// What one side says before the other one speaks.
public struct Turn: Sendable, Hashable {
  public enum Role: String, Sendable, Hashable, CaseIterable {
    case system
    /// Above the user and below the system, at OpenAI.
    case developer
    case user
    case assistant
    /// What calls brought.
    case tool
  }

  public var role: Role
  public var parts: [Part]
  /// Who of several speakers it is.
  public var name: String?
  /// Members that only the dialect of its conversation knows.
  public var extras: JSONObject

  public init(role: Role, parts: [Part], name: String? = nil, extras: JSONObject = [:]) {
    self.role = role
    self.parts = parts
    self.name = name
    self.extras = extras
  }

  public init(role: Role, text: String) { self.init(role: role, parts: [.text(text)]) }

  /// All text, parts joined as they come.
  public var text: String { parts.reduce(into: "") { $0 += $1.text ?? "" } }

  /// A rough size in bytes, as ``Part/weight``.
  var weight: Int { parts.reduce(extras.size) { $0 + $1.weight } }
}
