import HTTPTypes
import Shared

/// `GET /providers`: who can be asked, for how much.
struct ProviderRoutes: Sendable {
  let board: ProviderBoard

  var route: Route {
    Route(
      RouteDescription(
        method: .get, path: "/providers", summary: "List the configured providers",
        description:
          "In the order in which `default` asks them, with what is known of prices (US dollars for a million "
          + "tokens, and a `request`; `above` holds for prompts of more `tokens`). Of a provider with several keys it tells "
          + "which are left alone, by their places. Asked with a key: what it may use, by itself or through a route.",
        group: "Operation",
        responses: [
          ResponseDescription(status: .ok, description: "The providers.", schema: ["type": "object"])
        ],
        access: .optionalKey), handler: list)
  }

  private func list(_ call: Call) async throws(Problem) -> Reply {
    let catalog = board.catalogs.current
    let usable = call.client.flatMap { UsableTargets(of: $0.policy, in: catalog) }
    let providers = await board.states(in: catalog).compactMap { state -> JSONValue? in
      let models = catalog.models(of: state.provider)
        .filter { usable?.contains(Target(provider: state.provider.name, model: $0.name)) ?? true }
      if usable != nil, models.isEmpty { return nil }
      var provider: JSONObject = [
        "name": .string(state.provider.name), "status": .string(state.status.rawValue),
        "default_model": .string(state.provider.defaultModel),
        "models": .array(models.map(description)),
      ]
      if !state.keys.isEmpty { provider["keys"] = .array(state.keys.map(description)) }
      return .object(provider)
    }
    let json: JSONValue = ["providers": .array(providers)]
    return Reply(.ok, json: json.serialized())
  }

  private func description(of key: (place: KeyPlace, status: ProviderBoard.State.Status)) -> JSONValue {
    ["provider_key": .string("\(key.place)"), "status": .string(key.status.rawValue)]
  }

  private func description(of model: ProviderModel) -> JSONValue {
    [
      "name": .string(model.name),
      "input_usd_per_million_tokens": model.price.map { .double($0.input.dollars) } ?? .null,
      "output_usd_per_million_tokens": model.price.map { .double($0.output.dollars) } ?? .null,
      "prices_usd": model.price?.json ?? .null,
      "context_window": model.contextWindow.map { .integer(Int64($0)) } ?? .null,
      "max_output_tokens": model.maxOutputTokens.map { .integer(Int64($0)) } ?? .null,
    ]
  }
}
