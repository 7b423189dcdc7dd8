/// A route as a file declares it, before anyone knows which providers there are.
struct DeclaredRoute: Sendable {
  let route: ProviderRoute
  /// Where its name stands.
  let namePlace: FileValue
  /// Where its targets stand, in their order.
  private let targetPlaces: [FileValue]

  /// The route, if all its providers are there.
  func checked(against providers: [Provider]) throws(ConfigurationError) -> ProviderRoute {
    let known = providers.map(\.name)
    for (place, target) in zip(targetPlaces, route.targets) where !known.contains(target.target.provider) {
      let guess =
        NearestName.of(target.target.provider, among: known).map { ", did you mean \"\($0)\"?" } ?? ""
      throw place.refused(
        "names the provider \"\(target.target.provider)\", which is not there\(guess); "
          + "allowed are \(known.joined(separator: ", "))")
    }
    return route
  }
}

// MARK: - Reading

extension DeclaredRoute {
  private static let nameAllowed = "1 to 64 letters, digits, dots, _ and -"
  private static let targetAllowed = "\"provider/model\", or a mapping with target and weight"

  init(_ place: FileValue) throws(ConfigurationError) {
    let mapping = try FileMapping(
      place, names: ["name", "strategy", "hedge_after", "retries", "on_unsupported", "sticky", "targets"])
    namePlace = try mapping.required("name", Self.nameAllowed)
    let targets = try mapping.required("targets", "a list of at least one \(Self.targetAllowed)")
    targetPlaces = try targets.list("a list of targets: \(Self.targetAllowed)")
    guard !targetPlaces.isEmpty else {
      throw targets.refused("has no targets; allowed is a list of at least one \(Self.targetAllowed)")
    }
    var weighted: [WeightedTarget] = []
    for place in targetPlaces {
      let target = try Self.target(place)
      guard !weighted.contains(where: { $0.target == target.target }) else {
        throw place.refused("names \"\(target.target)\" a second time; allowed is each target once")
      }
      weighted.append(target)
    }
    route = ProviderRoute(
      name: try namePlace.text(Self.nameAllowed, Self.name),
      strategy: try mapping["strategy"]?.choice() ?? .ordered,
      hedgeAfter: try mapping["hedge_after"]?.seconds(in: 0.05...300),
      retries: try mapping["retries"]?.integer(in: 0...3) ?? 0,
      onUnsupported: try mapping["on_unsupported"]?.choice(),
      isSticky: try mapping["sticky"]?.flag() ?? false, targets: weighted)
  }

  private static func name(_ text: String) -> String? {
    let isName = text.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains(scalar))
    }
    return isName && (1...64).contains(text.utf8.count) ? text : nil
  }

  private static func target(_ place: FileValue) throws(ConfigurationError) -> WeightedTarget {
    if case .mapping = place.node.content {
      let mapping = try FileMapping(place, names: ["target", "weight"])
      let target = try mapping.required("target", "\"provider/model\"").text("\"provider/model\"", parse)
      return WeightedTarget(target, weight: try mapping["weight"]?.integer(in: 1...1000) ?? 1)
    }
    return WeightedTarget(try place.text(targetAllowed, parse))
  }

  private static func parse(_ text: String) -> Target? {
    Target(description: text).flatMap { DeclaredProvider.modelName($0.model) == nil ? nil : $0 }
  }
}
