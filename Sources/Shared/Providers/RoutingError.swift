/// Why a request's `model` leads nowhere. It names no routes and providers: a key that is narrowed shall not learn of others, and
/// what it may ask is listed elsewhere.
public enum RoutingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Neither a route nor a model of any provider.
  case unknownName(String)
  /// `provider/model` as it was asked for.
  case unknownProvider(of: String)
  /// The only provider of that name or model has no key; `needs` is the variable that would hold it.
  case providerIsOff(String, needs: String)
  /// No provider of a route has a key; `needs` are the variables that would hold them.
  case routeIsOff(String, needs: [String])

  public var description: String {
    switch self {
    case .unknownName(let name):
      "there is no route or model \"\(name)\"; GET /v1/models lists what may be asked"
    case .unknownProvider(let model):
      "there is no provider for \"\(model)\"; GET /v1/models lists what may be asked"
    case .providerIsOff(let name, let variable):
      "the provider \"\(name)\" has no key here; set \(variable)"
    case .routeIsOff(let name, let variables) where variables.isEmpty:
      "the route \"\(name)\" has no provider"
    case .routeIsOff(let name, let variables):
      "no provider of \"\(name)\" has a key; set one of \(variables.joined(separator: ", "))"
    }
  }
}
