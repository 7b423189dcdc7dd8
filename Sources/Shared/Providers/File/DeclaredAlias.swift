/// An alias as a file declares it, before anyone knows what there is that it could stand for.
struct DeclaredAlias: Sendable {
  let alias: ModelAliases.Alias
  private let place: FileValue

  /// The alias, if it is of use: what it stands for is there, be it off for now, and nothing else has its name.
  ///
  /// - Parameter catalog: all but the aliases.
  func checked(
    against catalog: ProviderCatalog, among aliases: [DeclaredAlias]
  ) throws(ConfigurationError) -> ModelAliases.Alias {
    let routes = catalog.routes.map(\.name)
    if routes.contains(alias.name) {
      throw place.refused("has the name of a route, which goes first; allowed is \(Self.nameAllowed)")
    }
    if let provider = Target(description: alias.name)?.provider, catalog.provider(named: provider) != nil {
      throw place.refused(
        "begins with \"\(provider)/\", by which that provider's models are asked; "
          + "allowed is \(Self.nameAllowed)")
    }
    if aliases.contains(where: { $0.alias.name == alias.meaning }) {
      throw place.refused(
        "stands for \"\(alias.meaning)\", which is an alias itself; allowed is \(Self.meaningAllowed)")
    }
    guard !catalog.isNamed(alias.meaning) else { return alias }
    let guess = NearestName.of(alias.meaning, among: routes).map { ", did you mean \"\($0)\"?" } ?? ""
    throw place.refused(
      "stands for \"\(alias.meaning)\", which is not there\(guess); allowed is \(Self.meaningAllowed)")
  }
}

// MARK: - Reading

extension DeclaredAlias {
  private static let nameAllowed =
    "a name of 1 to 200 letters, digits and . _ - : / @ + [ ], in which * stands for any text"
  private static let meaningAllowed = "a route, \"provider/model\" or a model that a provider lists"

  /// All members of the mapping `aliases`.
  static func all(_ place: FileValue) throws(ConfigurationError) -> [DeclaredAlias] {
    var aliases: [DeclaredAlias] = []
    for (name, value) in try place.members("a mapping of aliases, such as \"claude-*\": smart") {
      guard isName(name) else { throw value.refused("is no alias; allowed is \(nameAllowed)") }
      let meaning = try value.text(meaningAllowed, DeclaredProvider.modelName)
      aliases.append(
        DeclaredAlias(alias: ModelAliases.Alias(name: name, meaning: meaning), place: value))
    }
    return aliases
  }

  private static func isName(_ text: String) -> Bool {
    (1...200).contains(text.utf8.count) && !text.contains("**")
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "._-:/@+[]*".utf8.contains(byte)
        }
      }
  }
}

extension ProviderCatalog {
  /// Whether a name leads somewhere, be it off for now.
  fileprivate func isNamed(_ name: String) -> Bool {
    do {
      _ = try route(for: name)
      return true
    } catch {
      switch error {
      case .providerIsOff, .routeIsOff: return true
      case .unknownName, .unknownProvider: return false
      }
    }
  }
}
