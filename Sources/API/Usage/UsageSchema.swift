import Shared

/// The JSON Schemas of usage, by their names in the OpenAPI document.
enum UsageSchema {
  static let components: JSONObject = [
    "UsageRecord": object("What one job used, or an answer from the cache.", record),
    "UsageRow": object("What was used by one group; it has a member for each of `group_by`, too.", row),
    "UsagePage": object(
      "One page of sums.",
      [
        "data": ["type": "array", "items": AnswerSchema.reference("UsageRow")], "next": textOrNull,
        "from": time(
          "What the sums cover from on: the beginning of an hour or day, unless records were summed up."),
        "to": time("The end of that."), "since": timeOrNull,
      ]),
  ]

  private static let row: JSONObject = [
    "requests": count, "errors": counted("Those that failed or expired."),
    "cached": counted("Those that the cache answered."), "prompt_tokens": count,
    "cached_tokens": counted("Of the prompts' tokens, those that providers had in their caches."),
    "completion_tokens": count, "reasoning_tokens": count, "cost_usd": cost,
    "unpriced": counted("Those whose cost lacks something whose price is not known."),
  ]

  private static let record: JSONObject = [
    "id": text, "at": time("When the job ended."), "job": text, "tenant": text, "key": textOrNull,
    "user": textOrNull, "route": textOrNull, "lane": textOrNull,
    "status": ["type": "string", "enum": .array(JobState.allCases.map { .string($0.rawValue) })],
    "answered_by": ["type": ["string", "null"], "enum": ["provider", "cache", "coalesced", .null]],
    "provider": textOrNull, "model": textOrNull, "provider_key": textOrNull, "prompt_tokens": count,
    "cached_tokens": count, "cache_write_tokens": count, "cache_write_1h_tokens": count,
    "audio_input_tokens": count, "image_input_tokens": count, "completion_tokens": count,
    "reasoning_tokens": count, "audio_output_tokens": count, "image_output_tokens": count, "cost_usd": cost,
    "unpriced": ["type": "boolean"],
    "queue_ms": milliseconds("From its coming to its first start."),
    "first_token_ms": milliseconds("From its coming to the first piece of a streamed answer."),
    "total_ms": milliseconds("From its coming to its end."), "attempts": count,
    "lost_attempts": [
      "type": "integer", "minimum": 0,
      "description":
        "Attempts whose worker was lost. What they have used nobody knows: they count as what they had reserved.",
    ],
    "requeued": count,
    "metadata": ["type": "object", "additionalProperties": text],
  ]

  private static let text: JSONValue = ["type": "string"]
  private static let textOrNull: JSONValue = ["type": ["string", "null"]]
  private static let count: JSONValue = ["type": "integer", "minimum": 0]
  private static let cost: JSONValue = ["type": "number", "minimum": 0]
  private static let timeOrNull: JSONValue = [
    "type": ["string", "null"], "format": "date-time",
    "description": "How far back what is known reaches; null while nothing was used.",
  ]

  private static func time(_ description: String) -> JSONValue {
    ["type": "string", "format": "date-time", "description": .string(description)]
  }

  private static func counted(_ description: String) -> JSONValue {
    ["type": "integer", "minimum": 0, "description": .string(description)]
  }

  private static func milliseconds(_ description: String) -> JSONValue {
    ["type": ["integer", "null"], "minimum": 0, "description": .string(description)]
  }

  private static func object(_ description: String, _ properties: JSONObject) -> JSONValue {
    [
      "type": "object", "description": .string(description), "properties": .object(properties),
      "required": .array(properties.keys.map(JSONValue.string)),
    ]
  }
}
