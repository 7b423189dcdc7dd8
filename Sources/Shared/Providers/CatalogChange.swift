/// What a reload changed, by name.
struct CatalogChange: Sendable, Hashable, CustomStringConvertible {
  private struct Names: Sendable, Hashable {
    var added: [String] = []
    var changed: [String] = []
    var removed: [String] = []

    init<Element: Equatable>(from old: [Element], to new: [Element], name: (Element) -> String) {
      for element in new {
        switch old.first(where: { name($0) == name(element) }) {
        case nil: added.append(name(element))
        case let before? where before != element: changed.append(name(element))
        default: break
        }
      }
      removed = old.map(name).filter { gone in !new.contains { name($0) == gone } }
    }

    func description(of what: String) -> String? {
      let parts = [("added", added), ("changed", changed), ("removed", removed)]
        .filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1.joined(separator: ", "))" }
      return parts.isEmpty ? nil : "\(what): \(parts.joined(separator: "; "))"
    }
  }

  private let providers: Names
  private let routes: Names
  private let aliases: Names

  init(from old: ProviderCatalog, to new: ProviderCatalog) {
    providers = Names(from: old.providers, to: new.providers, name: \.name)
    routes = Names(from: old.routes, to: new.routes, name: \.name)
    aliases = Names(from: old.aliases.all, to: new.aliases.all, name: \.name)
  }

  /// Such as `providers: added mistral; routes: changed default`.
  var description: String {
    let parts = [
      providers.description(of: "providers"), routes.description(of: "routes"),
      aliases.description(of: "aliases"),
    ].compactMap { $0 }
    return parts.isEmpty ? "nothing has changed" : parts.joined(separator: "; ")
  }
}
