import HTTPTypes
import Shared

extension ConversationRoutes {
  private static let group = "OpenAI-compatible"
  private static let path = "/v1/conversations"
  private static let id = ParameterDescription(
    name: "id", location: .path, schema: ["type": "string"], description: "The conversation's id, `conv_…`.")
  private static let itemID = ParameterDescription(
    name: "item_id", location: .path, schema: ["type": "string"], description: "The item's id.")

  var creation: RouteDescription {
    Self.description(
      .post, "", "Begin a conversation",
      """
      A list of items that grows: a response that is asked with `conversation` is told all of them, and adds its input and \
      its output when it is there. Kept for `RESPONSE_TTL` from its last use, within `RESPONSES_MAX_BYTES`.
      """,
      [], ConversationBody.creation, "ConversationRequest",
      ["metadata": ["topic": "sky"], "items": [["role": "user", "content": "Why is the sky blue?"]]],
      answer: ("The conversation.", whole))
  }

  var reading: RouteDescription {
    Self.description(
      .get, "/{id}", "Read a conversation", "Without its items.", [Self.id],
      answer: ("The conversation.", whole))
  }

  var changing: RouteDescription {
    Self.description(
      .post, "/{id}", "Change a conversation's metadata", "They replace those that it has.", [Self.id],
      ConversationBody.description, "ConversationChange", ["metadata": ["topic": "sky"]],
      answer: ("The conversation.", whole))
  }

  var deletion: RouteDescription {
    Self.description(
      .delete, "/{id}", "Delete a conversation",
      """
      It goes with its items; responses in it stay, and none goes on from them. A response that is being made in it ends, and \
      is added to nothing.
      """,
      [Self.id],
      answer: (
        "It is gone.",
        ["id": .string(Self.exampleID), "object": "conversation.deleted", "deleted": true]
      ))
  }

  var adding: RouteDescription {
    Self.description(
      .post, "/{id}/items", "Add items to a conversation",
      "Each gets an id. While a response in the conversation is being made it is a 400, `conversation_locked`.",
      [Self.id, RouteParameters.include], ConversationBody.addition, "ConversationItems",
      ["items": [["role": "user", "content": "Why is the sky blue?"]]],
      answer: ("The items.", page))
  }

  var listing: RouteDescription {
    Self.description(
      .get, "/{id}/items", "List a conversation's items", "What was said in it.",
      [Self.id] + ItemPage.parameters + [RouteParameters.include], answer: ("A page of items.", page))
  }

  var readingItem: RouteDescription {
    Self.description(
      .get, "/{id}/items/{item_id}", "Read an item of a conversation", "As it is listed.",
      [Self.id, Self.itemID, RouteParameters.include], answer: ("The item.", Self.item))
  }

  var deletingItem: RouteDescription {
    Self.description(
      .delete, "/{id}/items/{item_id}", "Delete an item of a conversation",
      "No later response is told it. A call without its output, or an output without its call, is refused then.",
      [Self.id, Self.itemID], answer: ("The conversation.", whole))
  }

  // MARK: - What they have in common

  private static func description(
    _ method: HTTPRequest.Method, _ rest: String, _ summary: String, _ sentence: String,
    _ parameters: [ParameterDescription], _ schema: BodySchema<ConversationBody>? = nil, _ name: String = "",
    _ example: JSONValue = [:], answer: (sentence: String, example: JSONValue)
  ) -> RouteDescription {
    var problems: [ProblemKind] = [.unauthorized, .forbidden, .validation, .unavailable]
    if !rest.isEmpty { problems.append(.notFound) }
    if method != .get { problems += [.rateLimited, .unacknowledged] }
    if schema != nil { problems += ProblemKind.ofBodies }
    return RouteDescription(
      method: method, path: path + rest, summary: summary, description: sentence, group: group,
      parameters: parameters,
      requestBody: schema.map {
        RequestBodyDescription(name: name, schema: $0.openAPISchema, example: example)
      },
      responses: [
        ResponseDescription(
          status: .ok, description: answer.sentence, schema: ["type": "object"], example: answer.example)
      ],
      problems: problems, access: method == .get ? .jobs : .scopes([.ask]))
  }

  private static let exampleID = "conv_01KG9Q3V4H5S8M2XN7C4D0F1T6ZRYWEJKP9A"

  private var whole: JSONValue {
    [
      "id": .string(Self.exampleID), "object": "conversation", "created_at": 1_769_850_902,
      "metadata": ["topic": "sky"],
    ]
  }

  private static let item: JSONValue = [
    "role": "user", "content": [["type": "input_text", "text": "Why is the sky blue?"]], "type": "message",
    "status": "completed", "id": "msg_01KG9Q3V4H5S8M2XN7C4D0F1T6ZRYWEJKP9Ai0",
  ]

  private var page: JSONValue { ItemPage.list([Self.item]) }
}
