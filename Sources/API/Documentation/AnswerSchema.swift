import Shared

/// The JSON Schemas of what the routes answer, by their names in the OpenAPI document.
enum AnswerSchema {
  /// A reference to a named schema.
  static func reference(_ name: String) -> JSONValue {
    ["$ref": .string("#/components/schemas/\(name)")]
  }

  static let components = own.merging(RecordSchema.components) { first, _ in first }
    .merging(UsageSchema.components) { first, _ in first }

  private static let own: JSONObject = [
    "QueryAnswer": object(queryAnswer, "The answer to a question.", AnswerExample.query),
    "JobResult": object(jobResult, "The answer of a job that succeeded."),
    "JobResource": object(jobResource, "A job, at any time of its life.", AnswerExample.job),
    "JobError": object(jobError, "Why a job failed for good.", optional: ofSomeErrors),
    "CascadeStep": object(
      cascadeStep, "One provider's part in the answer.", optional: ["provider_key": providerKey]),
    "Usage": object(usage, "Tokens as the provider counted them."),
    "Health": object(health, "Whether Sluice can work.", AnswerExample.health),
    "DeadLetter": object(deadLetter, "A job or delivery that failed for good."),
    "Problem": .object(problem),
    "OpenAIError": .object(openAIError),
    "AnthropicError": .object(anthropicError),
    "GoogleError": .object(googleError),
    "ValidationIssue": .object(validationIssue),
  ]

  /// A page of a list.
  static func page(of name: String) -> JSONValue {
    object(
      ["data": ["type": "array", "items": reference(name)], "next": textOrNull], "One page.",
      optional: ["next_cursor": ["type": ["string", "null"], "deprecated": true]])
  }

  /// An object that has all of these members, and may have the optional ones.
  private static func object(
    _ properties: JSONObject, _ description: String, _ example: JSONValue? = nil, optional: JSONObject = [:]
  ) -> JSONValue {
    var schema: JSONObject = [
      "type": "object", "description": .string(description),
      "properties": .object(properties.merging(optional) { first, _ in first }),
      "required": .array(properties.keys.map(JSONValue.string)),
    ]
    if let example { schema["examples"] = [example] }
    return .object(schema)
  }

  private static func choices<Choice: CaseIterable & RawRepresentable<String>>(
    _ type: Choice.Type
  ) -> JSONValue {
    .array(Choice.allCases.map { .string($0.rawValue) })
  }

  private static let text: JSONValue = ["type": "string"]
  private static let textOrNull: JSONValue = ["type": ["string", "null"]]
  private static let count: JSONValue = ["type": "integer", "minimum": 0]
  private static let time: JSONValue = ["type": "string", "format": "date-time"]
  private static let timeOrNull: JSONValue = ["type": ["string", "null"], "format": "date-time"]
  private static let jobID: JSONValue = [
    "type": "string", "pattern": "^job_[0-9A-HJKMNP-TV-Z]{36}$",
    "description": "The job's id, which can't be guessed.",
  ]
  private static let steps: JSONValue = [
    "type": "array", "items": reference("CascadeStep"),
    "description": "Every provider that was considered, in order.",
  ]
}

// MARK: - Answers

extension AnswerSchema {
  private static let jobResult: JSONObject = [
    "status": ["const": "success"],
    "response": ["type": "string", "description": "The answer's text."],
    "provider": text,
    "model": text,
    "latency_ms": ["type": "integer", "minimum": 0, "description": "From the first provider to the answer."],
    "finish_reason": ["type": "string", "enum": choices(FinishReason.self)],
    "error": ["type": ["string", "null"], "description": "A sentence when the answer is a refusal."],
    "cached": ["type": "boolean", "description": "Whether the answer came from the cache."],
    "usage": reference("Usage"),
    "cost_estimate_usd": ["type": "number", "minimum": 0, "description": "By the provider's list price."],
    "cascade_path": steps,
  ]

  private static let queryAnswer = (["id": jobID] as JSONObject).merging(jobResult) { first, _ in first }

  private static let jobResource: JSONObject = [
    "id": jobID,
    "status": ["type": "string", "enum": choices(JobState.self)],
    "created_at": time,
    "started_at": timeOrNull,
    "finished_at": timeOrNull,
    "attempts": count,
    "priority": [
      "type": ["string", "null"], "enum": .array(Lane.allCases.map { .string($0.rawValue) } + [.null]),
    ],
    "model": text,
    "metadata": ["type": "object", "additionalProperties": text],
    "result": ["anyOf": [reference("JobResult"), ["type": "null"]]],
    "error": ["anyOf": [reference("JobError"), ["type": "null"]]],
    "links": [
      "type": "object", "properties": ["self": text, "events": text], "required": ["self"],
    ],
  ]

  private static let deadLetter: JSONObject = [
    "kind": ["type": "string", "enum": ["request", "delivery"]],
    "tenant": text,
    "delivers": [
      "type": ["string", "null"],
      "description": "The job whose end a delivery tells of; null for a notice of a limit or budget.",
    ],
    "job": reference("JobResource"),
  ]

  private static let jobError: JSONObject = [
    "code": ["type": "string", "enum": choices(JobFailure.Code.self)],
    "message": ["type": "string", "description": "One sentence that a person can act on."],
    "cascade_path": steps,
  ]

  private static let ofSomeErrors: JSONObject = [
    "provider_error": providerError,
    "limit": [
      "type": "string", "description": "The budget that does not pay for it, for `budget_exceeded`.",
    ],
    "scope": ["type": "string", "enum": ["tenant", "user", "key"], "description": "Whose that is."],
  ]

  private static let providerError = object(
    ["message": textOrNull, "type": textOrNull, "param": textOrNull, "code": textOrNull],
    "What the provider said whose words decided.")

  private static let cascadeStep: JSONObject = [
    "provider": text,
    "model": text,
    "status": ["type": "string", "enum": ["success", "failed", "skipped", "aborted"]],
    "reason": ["type": ["string", "null"], "examples": ["rate limited (429): Slow down."]],
    "latency_ms": count,
  ]

  private static let providerKey: JSONValue = [
    "type": "string", "examples": ["2"],
    "description":
      "Of a provider with several keys the place of the one it was asked with; `own` is the tenant's.",
  ]

  private static let usage: JSONObject = [
    "prompt_tokens": count, "completion_tokens": count, "total_tokens": count,
  ]
}

// MARK: - Health and problems

extension AnswerSchema {
  private static let health: JSONObject = [
    "status": ["type": "string", "enum": ["healthy", "degraded", "unhealthy"]],
    "provider": [
      "type": ["string", "null"], "description": "The first provider whose circuit is closed.",
    ],
    "timestamp": ["type": "number", "description": "Unix seconds."],
    "version": text,
    "redis": object(
      [
        "status": text, "latency_ms": ["type": ["number", "null"], "minimum": 0],
        "memory": memory,
      ], "The store.",
      optional: ["reason": ["type": "string", "description": "Why it cannot be worked with."]]),
    "queue": object(["depth": count, "running": count], "Jobs that wait and jobs that run."),
    "workers": ["type": "integer", "minimum": 0, "description": "Workers that are alive."],
    "providers": [
      "type": "array",
      "items": object(
        [
          "name": text,
          "status": ["type": "string", "enum": ["available", "open", "half-open", "no-key"]],
          "model": text,
        ], "A provider in the order of the cascade."),
    ],
  ]

  private static let memory: JSONValue = [
    "type": ["object", "null"],
    "description": "What fills Redis, about; null while it is not known.",
    "properties": [
      "used_bytes": ["type": ["integer", "null"], "description": "What Redis says that it uses."],
      "limit_bytes": ["type": ["integer", "null"], "description": "Its maxmemory; null without one."],
      "holds": [
        "type": "object", "propertyNames": ["enum": choices(MemoryUse.Part.self)],
        "additionalProperties": count,
      ],
      "full_of": [
        "type": ["string", "null"],
        "description": "What fills it, while nothing is left that may give way to new jobs.",
      ],
    ],
  ]

  private static let problem: JSONObject = [
    "type": "object",
    "description": "An error, as RFC 9457 problem details.",
    "properties": [
      "type": [
        "type": "string", "format": "uri-reference",
        "enum": .array(ProblemKind.allCases.map { .string($0.uri) }),
      ],
      "title": text,
      "status": ["type": "integer", "minimum": 400, "maximum": 599],
      "detail": ["type": "string", "description": "One sentence that a person can act on."],
      "request_id": ["type": "string", "description": "The X-Request-Id of the response."],
      "errors": [
        "type": "array", "items": reference("ValidationIssue"), "maxItems": 100,
        "description": "All that is wrong, for `validation`.",
      ],
      "cascade_path": steps,
      "limit": ["type": "string", "description": "The limit or budget that refuses, as it is written."],
      "scope": ["type": "string", "enum": ["tenant", "user", "key"], "description": "Whose it is."],
      "retry_after": ["type": ["integer", "null"], "description": "Seconds; null where no time helps."],
    ],
    "required": ["type", "title", "status", "detail", "request_id"],
    "examples": [AnswerExample.problem],
  ]

  private static let openAIError: JSONObject = [
    "type": "object",
    "description": "An error in OpenAI's form, of the routes under `/v1`.",
    "properties": [
      "error": [
        "type": "object",
        "properties": [
          "message": ["type": "string", "description": "One sentence that a person can act on."],
          "type": ["type": "string", "examples": ["invalid_request_error", "rate_limit_error"]],
          "param": ["type": ["string", "null"], "examples": ["messages[0].role"]],
          "code": ["type": ["string", "null"], "examples": ["model_not_found"]],
          "request_id": ["type": "string", "description": "The X-Request-Id of the response."],
          "cascade_path": steps,
          "limit": text, "scope": text, "retry_after": ["type": ["integer", "null"]],
        ],
        "required": ["message", "type", "param", "code", "request_id"],
      ]
    ],
    "required": ["error"],
    "examples": [AnswerExample.openAIError],
  ]

  private static let anthropicError: JSONObject = [
    "type": "object", "description": "An error in Anthropic's form.",
    "properties": [
      "type": ["type": "string", "const": "error"],
      "error": [
        "type": "object",
        "properties": [
          "type": [
            "type": "string", "description": "Such as `invalid_request_error` or `rate_limit_error`.",
          ],
          "message": text,
        ], "required": ["type", "message"],
      ],
      "request_id": text,
    ],
    "required": ["type", "error", "request_id"],
  ]

  private static let googleError: JSONObject = [
    "type": "object",
    "description": "An error in Google's form, of the routes of Gemini's clients.",
    "properties": [
      "error": [
        "type": "object",
        "properties": [
          "code": ["type": "integer", "description": "The response's status."],
          "message": ["type": "string", "description": "One sentence that a person can act on."],
          "status": ["type": "string", "examples": ["INVALID_ARGUMENT", "RESOURCE_EXHAUSTED"]],
          "details": ["type": "array", "items": ["type": "object"]],
        ],
        "required": ["code", "message", "status"],
      ]
    ],
    "required": ["error"],
  ]

  private static let validationIssue: JSONObject = [
    "type": "object",
    "description": "One value that is wrong, in pydantic's vocabulary.",
    "properties": [
      "loc": [
        "type": "array", "items": ["type": ["string", "integer"]],
        "examples": [["body", "messages", 0, "role"]],
      ],
      "msg": text,
      "type": ["type": "string", "examples": ["missing", "extra_forbidden", "less_than_equal"]],
      "ctx": ["type": "object", "description": "The numbers behind the message."],
    ],
    "required": ["loc", "msg", "type"],
  ]
}
