import NIOCore
public import OrderedCollections

/// Texts and pictures of which a client wants to know whether they are harmful, after validation
/// (https://platform.openai.com/docs/api-reference/moderations/create).
public struct ModerationRequest: Sendable, Hashable {
  /// The route that is asked where a client names no model.
  public static let route = "moderation"

  /// A route's name, or `provider/model`.
  public var model: String
  /// A text, texts or parts, as the client sent it.
  public var input: JSONValue
  /// All other members that the client sent.
  public var extras: JSONObject

  public init(model: String, input: JSONValue, extras: JSONObject = [:]) {
    self.model = model
    self.input = input
    self.extras = extras.sortedByName
  }

  public var estimatedTokens: Int { input.serialized().readableBytes / 4 + 1 }
}
