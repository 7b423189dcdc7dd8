import FoundationEssentials
import Shared

/// `GET /v1/models`: the names that a request's `model` may have.
struct ModelRoutes: Sendable {
  let catalogs: CatalogSource

  /// `created` of every model, in Unix seconds: the day on which Sluice began, 2026-11-23 UTC. OpenAI's form demands
  /// a time, and not every provider tells one. This one is the same in every process, and never changes.
  private static let created: Int64 = 1_795_392_000

  var routes: [Route] {
    [
      Route(
        description(
          path: "/v1/models", summary: "List models",
          "The routes, the aliases that are no patterns, and the models of every provider that is on, as `provider/model`, as far as the key may ask them. One body for the clients of OpenAI, Anthropic (`limit`, `after_id`, `before_id`) and Google (`models`, `pageSize`, `pageToken`).",
          parameters: ModelPage.parameters, takesRest: false), handler: list),
      Route(
        description(
          path: "/v1/models/{id}", summary: "Look up a model", "Whether the key can ask a name.",
          parameters: [
            ParameterDescription(
              name: "id", location: .path, schema: ["type": "string"],
              description: "The name, slashes as they are or encoded.")
          ], takesRest: true), handler: read),
    ]
  }

  /// One body for the clients of OpenAI, Anthropic and Google: each reads the members that it knows.
  private func list(_ call: Call) async throws(Problem) -> Reply {
    let catalog = catalogs.current
    let usable = catalog.publicModels.filter { call.client?.policy.allows($0) ?? true }
    let page = try ModelPage(usable.map(\.id), of: call)
    let models = usable[page.range].map { Self.model($0.id, ownedBy: $0.owner, in: catalog) }
    let google = try call.geminiPage(of: usable.map(\.id))
    var body: JSONObject = [
      "object": "list", "data": .array(models), "has_more": .bool(page.hasMore),
      "first_id": models.first?["id"] ?? .null, "last_id": models.last?["id"] ?? .null,
      "models": .array(google.names.map(catalog.geminiModel)),
    ]
    body["nextPageToken"] = google.next
    return Reply(.ok, json: JSONValue.object(body).serialized())
  }

  /// Any name that leads somewhere is there, listed or not.
  private func read(_ call: Call) async throws(Problem) -> Reply {
    let name = call.parameters["id"]?.removingPercentEncoding ?? ""
    let catalog = catalogs.current
    try catalog.check(model: name)
    if let policy = call.client?.policy, !policy.allows(catalog.named(name)) {
      throw .modelNotFound("There is no model \"\(name.prefix(64))\" that this key may ask.")
    }
    let owner = catalog.publicModels.first { $0.id == name }?.owner
    let provider = name.split(separator: "/").first.map(String.init)
    let model = Self.model(name, ownedBy: owner ?? provider ?? "sluice", in: catalog).object ?? [:]
    let google = catalog.geminiModel(name).object ?? [:]
    return Reply(.ok, json: JSONValue.object(model.merging(google) { ours, _ in ours }).serialized())
  }

  private static func model(
    _ name: String, ownedBy owner: String, in catalog: ProviderCatalog
  ) -> JSONValue {
    var model: JSONObject = [
      "id": .string(name), "object": "model", "type": "model", "created": .integer(created),
      "created_at": .string(Timestamp.format(unixMilliseconds: created * 1000)), "owned_by": .string(owner),
      "display_name": .string(name),
    ]
    let (input, output) = catalog.limits(of: name)
    model["max_input_tokens"] = input
    model["max_tokens"] = output
    return .object(model)
  }

  private func description(
    path: String, summary: String, _ sentence: String, parameters: [ParameterDescription],
    takesRest: Bool
  ) -> RouteDescription {
    RouteDescription(
      method: .get, path: path, summary: summary, description: sentence, group: "OpenAI-compatible",
      parameters: parameters,
      responses: [
        ResponseDescription(
          status: .ok, description: "With the members of OpenAI, Anthropic and Google.",
          schema: ["type": "object"], example: takesRest ? nil : Self.example)
      ],
      problems: [.unauthorized, .forbidden, takesRest ? .notFound : .validation],
      access: .jobs, takesRest: takesRest)
  }

  private static let example: JSONValue = [
    "object": "list",
    "data": [
      [
        "id": "default", "object": "model", "type": "model", "created": .integer(created),
        "created_at": "2026-11-23T00:00:00.000Z", "owned_by": "sluice", "display_name": "default",
      ]
    ],
    "has_more": false, "first_id": "default", "last_id": "default",
    "models": [["name": "models/default", "version": "1", "displayName": "default"]],
  ]
}
