import Shared

extension UsageRoutes {
  var ofTenant: RouteDescription {
    RouteDescription(
      method: .get, path: "/usage", summary: "Sum up what the tenant has used",
      description: UsageDescriptions.sums, group: "Usage", parameters: UsageDescriptions.ofSums,
      responses: UsageDescriptions.page, problems: RecordParameters.ofReading, access: .scopes([.read]))
  }

  var ofAll: RouteDescription {
    RouteDescription(
      method: .get, path: "/admin/usage", summary: "Sum up what was used",
      description: "Of all tenants that the key reaches. " + UsageDescriptions.sums, group: "Usage",
      parameters: UsageDescriptions.ofSums, responses: UsageDescriptions.page,
      problems: RecordParameters.ofReading, access: .adminRead)
  }
}

extension UsageRecordRoute {
  var description: RouteDescription {
    RouteDescription(
      method: .get, path: "/admin/usage/records", summary: "Read the usage records",
      description: """
        One record for each job that has ended, written in the step that ended it, and for each answer from the cache, \
        the oldest first. They are kept for `USAGE_RETENTION` and within `USAGE_MAX_BYTES`. Every page has a `next`, the \
        last one, too: an exporter goes on from it later. As CSV and NDJSON all of them come in one answer.
        """,
      group: "Usage",
      parameters: UsageDescriptions.span + UsageDescriptions.filters + [
        RecordParameters.limit,
        ParameterDescription(
          name: "cursor", location: .query, schema: ["type": "string"],
          description: "The record behind which to go on: the `next` of a page, or a record's `id`."),
        UsageDescriptions.format,
      ],
      responses: [
        ResponseDescription(
          status: .ok, description: "A page of records.", schema: AnswerSchema.page(of: "UsageRecord"))
      ], problems: RecordParameters.ofReading, access: .adminRead)
  }
}

/// What the descriptions of routes about usage have in common.
enum UsageDescriptions {
  static let sums = """
    Days and hours are those of UTC. Hours are known for 90 days, days for ever; users by day for `USAGE_RETENTION`. Where a \
    tag, or a user beside something else than a day, is asked for, the records are summed up: `since` says how far back \
    what is known reaches. CSV and NDJSON come in one answer without an end, unless `limit` sets one.
    """

  static let ofSums =
    span + [
      text(
        "group_by",
        "By what rows are told apart, by commas: any of \(UsageDimension.fixed.map(\.name).joined(separator: ", ")), "
          + "`tag:NAME`.")
    ] + filters + [RecordParameters.limit, RecordParameters.cursor, format]

  static let page = [
    ResponseDescription(status: .ok, description: "The sums.", schema: AnswerSchema.reference("UsagePage"))
  ]

  static let span = [
    text("from", "A date or a time (RFC 3339). Without it, 30 days before `to`; of records, the oldest."),
    text("to", "A date, which is meant whole, or the time at which it ends. Without it, now."),
  ]

  static let filters = [
    text("tenant", "Only of this one."),
    text("key", "Only of the key of this id; empty for `SERVICE_API_KEY`."),
    text("user", "Only of this user of clients."), text("route", "Only what was asked by this name."),
    text("provider", "Only what this provider answered."), text("model", "Only what this model answered."),
    text("lane", "Only of this lane."),
    text("tag:NAME", "Only where this member of `metadata` is that."),
  ]

  static let format = ParameterDescription(
    name: "format", location: .query,
    schema: [
      "type": "string", "enum": .array(UsageFormat.allCases.map { .string($0.rawValue) }), "default": "json",
    ],
    description: "In which form.")

  private static func text(_ name: String, _ description: String) -> ParameterDescription {
    ParameterDescription(
      name: name, location: .query, schema: ["type": "string"], description: description)
  }
}
