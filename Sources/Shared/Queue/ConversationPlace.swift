/// Where a response is asked: in a conversation as it was read. One that has changed since refuses it, and so does one in
/// which a response is being made.
public struct ConversationPlace: Sendable, Hashable {
  public let id: ConversationID
  /// How often it was changed.
  public let version: Int64

  public init(id: ConversationID, version: Int64) {
    self.id = id
    self.version = version
  }
}

/// Why a conversation takes nothing.
public enum ConversationRefusal: String, Sendable, Hashable {
  /// The tenant has none of that id.
  case absent
  /// A response in it is being made, or it was changed since it was read.
  case locked
  /// It has as many entries as it may, or bytes.
  case full
}
