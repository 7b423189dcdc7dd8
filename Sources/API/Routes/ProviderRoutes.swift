import HTTPTypes
import Shared

/// `GET /providers`: who can be asked, for how much.
struct ProviderRoutes: Sendable {
  let board: ProviderBoard

  var route: Route {
    Route(
      RouteDescription(
        method: .get, path: "/providers", summary: "List the configured providers",
        description: "In the order in which `default` asks them, with list prices for a million tokens.",
        group: "Operation",
        responses: [
          ResponseDescription(status: .ok, description: "The providers.", schema: ["type": "object"])
        ],
        access: .open), handler: list)
  }

  private func list(_ call: Call) async throws(Problem) -> Reply {
    let providers = await board.states().map { state -> JSONValue in
      [
        "name": .string(state.provider.name), "status": .string(state.status.rawValue),
        "default_model": .string(state.provider.defaultModel), "models": .array(models(of: state.provider)),
      ]
    }
    let json: JSONValue = ["providers": .array(providers)]
    return Reply(.ok, json: json.serialized())
  }

  /// The default model first, whether or not its price is known.
  private func models(of provider: Provider) -> [JSONValue] {
    let priced = board.catalog.prices.models(of: provider.name).filter { $0.model != provider.defaultModel }
    let defaultModel = (provider.defaultModel, board.catalog.prices[provider.defaultTarget])
    return ([defaultModel] + priced.map { ($0.model, $0.price) }).map { model, price in
      [
        "name": .string(model),
        "input_usd_per_million_tokens": price.map { .double($0.input.dollars) } ?? .null,
        "output_usd_per_million_tokens": price.map { .double($0.output.dollars) } ?? .null,
        "context_window": price?.contextWindow.map { .integer(Int64($0)) } ?? .null,
      ]
    }
  }
}
