import Shared

/// Parameters that several routes have.
enum RouteParameters {
  static let jobID = ParameterDescription(
    name: "id", location: .path, schema: ["type": "string"], description: "The job's id.")

  static let idempotencyKey = ParameterDescription(
    name: "Idempotency-Key", location: .header,
    schema: ["type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"],
    description: """
      A name of your own for this request. Within 24 hours, the same key and body return the first job; the \
      same key with another body is refused.
      """)

  static let cache = ParameterDescription(
    name: "X-Sluice-Cache", location: .header,
    schema: ["type": "string", "enum": ["use", "refresh", "off"]],
    description: """
      `use` answers from the cache if the answer is there, `refresh` asks anew and stores, `off` does neither; it \
      overrules what the route or the body says.
      """)

  static let user = ParameterDescription(
    name: "X-Sluice-User", location: .header,
    schema: ["type": "string", "minLength": 1, "maxLength": 256],
    description:
      "Whom of your users the request is for; a tenant can bound each of them. It goes before `user` in the body."
  )

  static let limit = ParameterDescription(
    name: "limit", location: .query,
    schema: ["type": "integer", "minimum": 1, "maximum": 100, "default": 20],
    description: "How many there are on a page at most.")

  static let cursor = ParameterDescription(
    name: "cursor", location: .query, schema: ["type": "string"],
    description: "The `next_cursor` of the page before.")

  static let include = ParameterDescription(
    name: "include", location: .query, schema: ["type": "array", "items": ["type": "string"]],
    description: "Taken, and of no effect: all that there is is told.")

  static let after = ParameterDescription(
    name: "after", location: .query, schema: ["type": "integer", "minimum": 0],
    description: "The number of the last event that was read; `Last-Event-ID` does the same.")

  static let lastEventID = ParameterDescription(
    name: "Last-Event-ID", location: .header, schema: ["type": "integer", "minimum": 0],
    description: "The number of the last event that was read, as browsers send it.")

  static let status = ParameterDescription(
    name: "status", location: .query,
    schema: ["type": "string", "enum": .array(JobState.allCases.map { .string($0.rawValue) })],
    description: "Only jobs in this state. A page may then be short of `limit` before the end.")
}

/// The answer headers that several routes have, with what they say.
enum AnswerHeaders {
  static let cache = (
    "X-Cache",
    "`hit`, `miss`, `coalesced` when an equal request under way answers this one, too, or `off` when the cache "
      + "was not used."
  )
  static let location = ("Location", "The job's path.")
  static let dropped = (
    "X-Sluice-Dropped",
    "What of the request the provider has no word for and was not told; absent where that is nothing, and from a "
      + "stream that began before its provider was known."
  )
  static let replayed = ("Idempotency-Replayed", "`true` when the job is that of an earlier request.")
}
