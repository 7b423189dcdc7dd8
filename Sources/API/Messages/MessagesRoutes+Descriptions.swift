import Shared

/// What the routes of Anthropic's clients have in common.
private enum MessagesDescription {
  static let group = "Anthropic-compatible"

  static let headers = [
    ParameterDescription(
      name: "anthropic-version", location: .header, schema: ["type": "string"],
      description: "Any; it goes to a provider that speaks Anthropic's dialect.", example: "2023-06-01"),
    ParameterDescription(
      name: "anthropic-beta", location: .header, schema: ["type": "string"],
      description: "Betas, by commas; they go to a provider that speaks Anthropic's dialect."),
  ]

  static let answerHeaders = [
    ("request-id", "The same as `X-Request-Id`."),
    ("anthropic-ratelimit-requests-remaining", "How much of a limit is left; likewise `-limit`, `-reset`."),
  ]

  static let question: JSONObject = [
    "model": "default", "messages": [["role": "user", "content": "Why is the sky blue?"]],
  ]

  /// Of what both must have.
  static let required = ["model", "messages"]

  /// Of what both take.
  static let properties: JSONObject = [
    "model": [
      "type": "string", "description": "Who is asked: a route's name, `provider/model`, or a model's name.",
    ],
    "messages": [
      "type": "array", "minItems": 1,
      "items": [
        "type": "object",
        "properties": [
          "role": ["type": "string", "enum": ["user", "assistant", "system"]],
          "content": ["type": ["string", "array"], "description": "A text, or content blocks."],
        ],
        "required": ["role", "content"],
      ],
    ],
    "system": ["type": ["string", "array"], "description": "Instructions: a text, or text blocks."],
    "tools": ["type": "array", "items": ["type": "object"]], "tool_choice": ["type": "object"],
    "thinking": ["type": "object"], "output_config": ["type": "object"],
  ]
}

extension MessagesRoute {
  var description: RouteDescription {
    var properties = MessagesDescription.properties
    properties["max_tokens"] = ["type": "integer", "minimum": 0, "description": "The longest answer."]
    properties["stream"] = ["type": "boolean", "default": false]
    properties["stop_sequences"] = ["type": "array", "items": ["type": "string"]]
    properties["metadata"] = [
      "type": "object", "properties": ["user_id": ["type": ["string", "null"]]],
    ]
    let required = MessagesDescription.required + ["max_tokens"]
    return RouteDescription(
      method: .post, path: "/v1/messages", summary: "Answer, as Anthropic's clients ask",
      description: """
        Anthropic's Messages, answered by any provider: point Anthropic's SDKs or Claude Code at this server. What is asked \
        of a provider that speaks the same dialect goes there as it is, members that are not listed here and betas too; for \
        anybody else it is translated, and `X-Sluice-Dropped` names what was left out. Thoughts go back to their maker only. \
        Errors have Anthropic's form.
        """,
      group: MessagesDescription.group, parameters: MessagesDescription.headers + OpenAIParameters.all,
      requestBody: RequestBodyDescription(
        name: "MessageRequest",
        schema: [
          "type": "object", "properties": .object(properties.orNull(besides: required)),
          "required": .array(required.map(JSONValue.string)), "additionalProperties": true,
        ],
        example: .object(MessagesDescription.question.merging(["max_tokens": 256]) { own, _ in own })),
      responses: [
        ResponseDescription(
          status: .ok, description: "The message.", schema: ["type": "object"], example: Self.example,
          headers: OpenAIParameters.answerHeaders + MessagesDescription.answerHeaders),
        ResponseDescription(
          status: .ok,
          description:
            "With `stream`: events from `message_start` to `message_stop`, or an `error` at the end.",
          contentType: "text/event-stream"),
      ],
      problems: OpenAIParameters.problems, access: .asking)
  }

  private static let example: JSONValue = [
    "id": "msg_01KG9Q3V4H5S8M2XN7C4D0F1T6ZRYWEJKP9A", "type": "message", "role": "assistant",
    "model": "llama-3.3-70b-versatile",
    "content": [["type": "text", "text": "Because air scatters blue light more than red."]],
    "stop_reason": "end_turn", "stop_sequence": nil,
    "usage": [
      "input_tokens": 14, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
      "cache_creation": ["ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0],
      "output_tokens": 24, "service_tier": "standard",
    ],
  ]
}

extension MessagesCountRoute {
  var description: RouteDescription {
    RouteDescription(
      method: .post, path: "/v1/messages/count_tokens", summary: "Count a prompt's tokens",
      description: """
        How many tokens a prompt has: as the first target of the model counts them, where its provider can tell (Anthropic, \
        Gemini), else an estimate that is rather too high, and says so in a header.
        """,
      group: MessagesDescription.group,
      parameters: MessagesDescription.headers + [RouteParameters.cache, RouteParameters.user],
      requestBody: RequestBodyDescription(
        name: "MessageCountRequest",
        schema: [
          "type": "object",
          "properties": .object(MessagesDescription.properties.orNull(besides: MessagesDescription.required)),
          "required": .array(MessagesDescription.required.map(JSONValue.string)),
          "additionalProperties": true,
        ], example: .object(MessagesDescription.question)),
      responses: [
        ResponseDescription(
          status: .ok, description: "The count.", schema: ["type": "object"], example: ["input_tokens": 14],
          headers: OpenAIParameters.countHeaders + MessagesDescription.answerHeaders)
      ],
      problems: ProblemKind.ofBodies + [
        .unauthorized, .budgetExceeded, .forbidden, .notFound, .conflict, .validation, .rateLimited,
        .unavailable,
      ], access: .asking)
  }
}
