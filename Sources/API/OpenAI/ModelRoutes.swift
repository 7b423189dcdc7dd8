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
          "The routes, and the models of every provider that is on, as `provider/model`, as far as the key may ask them."
        ), handler: list),
      Route(
        description(
          path: "/v1/models/{id}", summary: "Look up a model", "Whether the key can ask a name.",
          parameters: [
            ParameterDescription(
              name: "id", location: .path, schema: ["type": "string"],
              description: "The name, slashes as they are or encoded.")
          ]), handler: read),
    ]
  }

  private func list(_ call: Call) async throws(Problem) -> Reply {
    let usable = catalogs.current.publicModels.filter { call.client?.policy.allows($0) ?? true }
    let models = usable.map { Self.model($0.id, ownedBy: $0.owner) }
    return Reply(.ok, json: (["object": "list", "data": .array(models)] as JSONValue).serialized())
  }

  /// Any name that leads somewhere is there, listed or not.
  private func read(_ call: Call) async throws(Problem) -> Reply {
    let name = call.parameters["id"]?.removingPercentEncoding ?? ""
    try catalogs.current.check(model: name)
    if let policy = call.client?.policy, !policy.allows(catalogs.current.named(name)) {
      throw .modelNotFound("There is no model \"\(name.prefix(64))\" that this key may ask.")
    }
    let owner = catalogs.current.publicModels.first { $0.id == name }?.owner
    let provider = name.split(separator: "/").first.map(String.init)
    return Reply(.ok, json: Self.model(name, ownedBy: owner ?? provider ?? "sluice").serialized())
  }

  private static func model(_ name: String, ownedBy owner: String) -> JSONValue {
    ["id": .string(name), "object": "model", "created": .integer(created), "owned_by": .string(owner)]
  }

  private func description(
    path: String, summary: String, _ sentence: String, parameters: [ParameterDescription] = []
  ) -> RouteDescription {
    RouteDescription(
      method: .get, path: path, summary: summary, description: sentence, group: "OpenAI-compatible",
      parameters: parameters,
      responses: [
        ResponseDescription(status: .ok, description: "In OpenAI's form.", schema: ["type": "object"])
      ],
      problems: parameters.isEmpty ? [.unauthorized, .forbidden] : [.unauthorized, .forbidden, .notFound],
      access: .jobs, takesRest: !parameters.isEmpty)
  }
}
