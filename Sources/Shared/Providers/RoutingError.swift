/// Why a request's `model` leads nowhere.
public enum RoutingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Neither a route nor a model of any provider; the routes that there are.
  case unknownName(String, routes: [String])
  /// `provider/model` as it was asked for; the providers that there are.
  case unknownProvider(of: String, known: [String])
  /// The only provider of that name or model has no key; `needs` is the variable that would hold it.
  case providerIsOff(String, needs: String)
  /// No provider of a route has a key; `needs` are the variables that would hold them.
  case routeIsOff(String, needs: [String])

  /// More names than that help nobody.
  private static let shownNames = 12

  public var description: String {
    switch self {
    case .unknownName(let name, let routes):
      "there is no route or model \"\(name)\"; use \(Self.list(routes)) or \"provider/model\""
    case .unknownProvider(let model, let known):
      "there is no provider for \"\(model)\"; there are \(Self.list(known))"
    case .providerIsOff(let name, let variable):
      "the provider \"\(name)\" has no key here; set \(variable)"
    case .routeIsOff(let name, let variables) where variables.isEmpty:
      "the route \"\(name)\" has no provider"
    case .routeIsOff(let name, let variables):
      "no provider of \"\(name)\" has a key; set one of \(variables.joined(separator: ", "))"
    }
  }

  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(shownNames).map { "\"\($0)\"" }.joined(separator: ", ")
    return names.count > shownNames ? "\(shown), …" : shown
  }
}
