import Shared

/// The JSON Schemas of tenants, keys, and what is told of them, by their names in the OpenAPI document.
enum RecordSchema {
  static let components: JSONObject = [
    "Tenant": record(tenant, shown: ["left": reference("Limits")], "Who asks: a team or product."),
    "TenantChange": change(
      tenant, "Members of a tenant to change (RFC 7396); null takes one back to its default."),
    "Key": record(
      key,
      shown: [
        "hint": text("Its first and last four characters."),
        "last_used_at": time("To the minute; null while it was not used."),
        "key": text("The key itself, where it was just made: it is never shown again."),
      ], "A key of a tenant, or of an administrator."),
    "KeyChange": change(key, "Members of a key to change (RFC 7396); null takes one back to its default."),
    "Limits": limits, "AuditEntry": auditEntry, "User": user,
  ]

  /// A page of records.
  static func page(of name: String, _ more: JSONObject = [:]) -> JSONValue {
    var properties: JSONObject = [
      "data": ["type": "array", "items": reference(name)], "next": ["type": ["string", "null"]],
    ]
    for (name, schema) in more { properties[name] = schema }
    return [
      "type": "object", "description": "One page.", "required": ["data", "next"],
      "properties": .object(properties),
    ]
  }

  /// Of the log of changes.
  static let auditPage = page(
    of: "AuditEntry",
    [
      "last": [
        "type": ["string", "null"],
        "description":
          "The digest of the newest entry, as it is noted beside the log; on the first page of administrators of all tenants.",
      ]
    ])

  static func reference(_ name: String) -> JSONValue { AnswerSchema.reference(name) }

  /// What a new tenant may say.
  static let newTenant: JSONValue = [
    "type": "object", "additionalProperties": false, "required": ["id"],
    "properties": .object((["id": tenantID] as JSONObject).merging(tenant) { first, _ in first }),
  ]

  /// What a new key may say.
  static let newKey: JSONValue = [
    "type": "object", "additionalProperties": false,
    "properties": .object((["tenant": reach] as JSONObject).merging(key) { first, _ in first }),
  ]

  // MARK: - Records

  private static let tenant: JSONObject = [
    "name": text("For people; the id where it is absent."),
    "enabled": ["type": "boolean", "default": true],
    "limits": limitList("Of the tenant as a whole."), "budgets": budgetList("Of the tenant as a whole."),
    "user_limits": limitList("Of each of its users."), "user_budgets": budgetList("Of each of its users."),
    "models": models, "lane": lane,
    "weight": [
      "type": "integer", "minimum": 1, "maximum": 100, "default": 1,
      "description": "Its share in fair turns.",
    ],
    "cache": text("`own`, `off`, or the name of a group of tenants that share their answers."),
    "timezone": text("By which days, weeks and months of budgets are reckoned, such as `Europe/Berlin`."),
    "unpriced": [
      "type": "string", "enum": choices(Tenant.Unpriced.self),
      "description": "What happens to targets without a known price while a hard budget stands.",
    ],
    "on_budget": [
      "type": "string", "enum": choices(Tenant.OverBudget.self),
      "description":
        "What happens to batch jobs that a hard budget has no room for, and whose clients can come back.",
    ],
    "provider_keys": [
      "type": "object", "additionalProperties": ["type": "string"],
      "description": "Names of secrets that the operator mounted, by provider.",
    ],
    "retention": [
      "type": "object",
      "description": "For how many seconds things are kept, where that is less than for all tenants.",
      "properties": ["results": seconds, "events": seconds, "usage": seconds],
    ],
    "guards": names("Policies of guards."),
    "webhooks": [
      "type": "array",
      "items": [
        "type": "object", "required": ["url"], "properties": ["url": text(""), "events": webhookEvents],
      ],
      "description": "Who is told of its budgets and limits, and of its responses in the background.",
    ],
    "metadata": metadata,
  ]

  private static let webhookEvents: JSONValue = [
    "type": ["array", "null"], "description": "Without them it is told all of budgets and limits.",
    "items": [
      "type": "string",
      "enum": .array(
        (Notice.Kind.allCases.map(\.event) + ResponseNotice.End.allCases.map(\.event)).map(JSONValue.string)),
    ],
  ]

  private static let key: JSONObject = [
    "name": text("For people."),
    "scopes": [
      "type": "array", "items": ["type": "string", "enum": choices(Scope.self)], "default": ["ask", "read"],
    ],
    "expires_at": time("When it ends; null for never."), "limits": limitList("Of the key alone."),
    "budgets": budgetList("Of the key alone."), "models": models,
    "networks": names("Whence it may be used: addresses and CIDR networks; empty for everywhere."),
    "guards": names("Policies of guards, besides the tenant's."),
    "cache": ["type": ["string", "null"], "description": "`off` or `own` share less than the tenant does."],
    "lane": lane, "enabled": ["type": "boolean", "default": true], "metadata": metadata,
  ]

  private static func record(
    _ members: JSONObject, shown: JSONObject, _ description: String
  ) -> JSONValue {
    var properties: JSONObject = [
      "id": text(""), "created_at": time("When it was made."),
      "updated_at": time("When it was changed last."),
    ]
    if members["scopes"] != nil { properties["tenant"] = reach }
    properties.merge(members) { first, _ in first }
    let required = properties.keys.map(JSONValue.string)
    properties.merge(shown) { first, _ in first }
    return [
      "type": "object", "description": .string(description), "required": .array(required),
      "properties": .object(properties),
    ]
  }

  private static func change(_ members: JSONObject, _ description: String) -> JSONValue {
    ["type": "object", "description": .string(description), "properties": .object(members)]
  }

  // MARK: - What is told of them

  private static let limits: JSONValue = [
    "type": "object", "description": "How limits and budgets stand.", "required": ["limits", "budgets"],
    "properties": [
      "limits": [
        "type": "array",
        "items": stand([
          "limit": text("As it is written."), "used": ["type": "integer"], "reserved": ["type": "integer"],
        ]),
      ],
      "budgets": [
        "type": "array",
        "items": stand([
          "usd": ["type": "number"], "per": ["type": "string", "enum": choices(BudgetPeriod.self)],
          "kind": ["type": "string", "enum": choices(BudgetDemand.Kind.self)],
          "used": ["type": "number", "description": "US dollars."],
          "reserved": ["type": "number", "description": "By jobs that have not ended."],
        ]),
      ],
    ],
  ]

  private static func stand(_ members: JSONObject) -> JSONValue {
    var properties = members
    properties["model"] = ["type": ["string", "null"], "description": "What it counts alone; null for all."]
    properties["scope"] = ["type": "string", "enum": ["tenant", "user", "key"]]
    properties["resets_at"] = time("When nothing is used any more; null where no time brings that.")
    return ["type": "object", "properties": .object(properties)]
  }

  private static let auditEntry: JSONValue = [
    "type": "object",
    "description": "One change by an administrator.",
    "properties": [
      "at": time("When."), "actor": text("`ADMIN_API_KEY`, or the id of a key."),
      "address": text("Whence it came."), "action": text("Such as `key.rotate`."),
      "target": text("The id of what was changed."), "before": recordOrNull, "after": recordOrNull,
      "previous": text("The digest of the entry that was made before; empty for the first."),
      "digest": text("SHA-256 of the entry as JSON without this member, as it is written here."),
    ],
  ]

  private static let user: JSONValue = [
    "type": "object", "description": "Whom requests of a tenant name as their user.",
    "properties": [
      "id": text("As requests name it."), "tenant": text("Whose user it is."),
      "last_seen_at": time("When it was named last, to the minute."), "requests": count, "errors": count,
      "cached": count, "prompt_tokens": count, "cached_tokens": count, "completion_tokens": count,
      "reasoning_tokens": count, "cost_usd": ["type": "number"], "unpriced": count,
    ],
  ]
  private static let count: JSONValue = ["type": "integer", "minimum": 0]

  private static let recordOrNull: JSONValue = ["type": ["object", "null"]]

  // MARK: - Members

  private static let tenantID: JSONValue = ["type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,62}$"]
  private static let reach = text(
    "The id of the tenant that it belongs to, or `*` for an administrator of all.")
  private static let seconds: JSONValue = ["type": "integer", "minimum": 1]
  private static let models = names(
    "What may be asked, by the names that requests ask for; `*` stands for any text.")
  private static let lane: JSONValue = [
    "type": ["string", "null"], "enum": .array(Lane.allCases.map { .string($0.rawValue) } + [.null]),
    "description": "The lane of requests that name none.",
  ]
  private static let metadata: JSONValue = ["type": "object", "description": "Of the operator's own."]

  private static func text(_ description: String) -> JSONValue {
    description.isEmpty ? ["type": "string"] : ["type": "string", "description": .string(description)]
  }

  private static func time(_ description: String) -> JSONValue {
    ["type": ["string", "null"], "format": "date-time", "description": .string(description)]
  }

  private static func names(_ description: String) -> JSONValue {
    ["type": "array", "items": ["type": "string"], "description": .string(description)]
  }

  private static func limitList(_ whose: String) -> JSONValue {
    [
      "type": "array", "maxItems": 50,
      "items": ["anyOf": [["type": "string"], ["type": "object", "required": ["limit"]]]],
      "examples": [["100 requests/minute", ["limit": "50000 tokens/day", "model": "smart"], "5 running"]],
      "description": .string(whose),
    ]
  }

  private static func budgetList(_ whose: String) -> JSONValue {
    [
      "type": "array", "maxItems": 50,
      "items": ["anyOf": [["type": "string"], ["type": "object", "required": ["usd", "per"]]]],
      "examples": [["50/month", ["usd": 5, "per": "day", "kind": "soft"]]], "description": .string(whose),
    ]
  }

  private static func choices<Choice: CaseIterable & RawRepresentable<String>>(
    _ type: Choice.Type
  ) -> JSONValue {
    .array(Choice.allCases.map { .string($0.rawValue) })
  }
}
