/// The keys of a provider as a file declares them, before they are looked up.
struct DeclaredKeys: Sendable {
  private struct Key: Sendable {
    let place: FileValue
    let reference: KeyReference
    let weight: Int
    let quotas: [Quota]?
  }

  static let most = 64
  private static let allowed = "a list of 1 to \(most) of {env: VARIABLE} and {file: /path}"

  private let keys: [Key]

  /// The files that hold keys, to be watched.
  var files: [String] { keys.compactMap(\.reference.file) }

  /// Of the member `key`.
  init(one place: FileValue) throws(ConfigurationError) {
    keys = [Key(place: place, reference: try KeyReference(place), weight: 1, quotas: nil)]
  }

  /// Of the member `keys`.
  init(list place: FileValue) throws(ConfigurationError) {
    // Somebody may have written the keys themselves here.
    guard case .list = place.node.content else { throw place.wrong(Self.allowed, showing: false) }
    let places = try place.list(Self.allowed)
    guard (1...Self.most).contains(places.count) else {
      throw place.refused("has \(places.count) keys; allowed is \(Self.allowed)")
    }
    var keys: [Key] = []
    for place in places { keys.append(try Self.key(place)) }
    self.keys = keys
  }

  private static func key(_ place: FileValue) throws(ConfigurationError) -> Key {
    let reference = try KeyReference(place, beside: ["weight", "quotas"])
    let mapping = try FileMapping(place, names: ["env", "file", "weight", "quotas"], showsNames: false)
    return Key(
      place: place, reference: reference,
      weight: try mapping["weight"]?.integer(in: ProviderKey.weights) ?? 1,
      quotas: try mapping["quotas"].map(DeclaredProvider.quotas))
  }

  /// Looks the keys up. Where none of them is set, the provider is off; where only some are, that is an error.
  ///
  /// - Parameter provider: its name.
  func access(
    _ environment: ProcessEnvironment, of provider: String
  ) throws(ConfigurationError) -> (access: ProviderAccess, keys: [ProviderKey]) {
    var found: [ProviderKey] = []
    var missing: [(key: Key, variable: String)] = []
    for (index, key) in keys.enumerated() {
      switch try key.reference.access(environment) {
      case .key(let secret):
        if let twin = found.first(where: { $0.secret == secret }) {
          throw key.place.refused("holds the same key as keys[\(twin.place.index)]; allowed is each key once")
        }
        found.append(
          ProviderKey(.listed(index + 1), secret, of: provider, weight: key.weight, quotas: key.quotas))
      case .off(let variable): missing.append((key, variable))
      case .open: break
      }
    }
    if let (key, variable) = missing.first {
      guard found.isEmpty else {
        throw key.place.refused(
          "names the variable \(variable), which is not set, while another key is; "
            + "allowed are variables that hold keys")
      }
      return (.off(needs: variable), [])
    }
    return (found.first.map { .key($0.secret) } ?? .open, found)
  }
}

extension KeyPlace {
  /// As lists are counted in errors.
  fileprivate var index: Int {
    if case .listed(let number) = self { number - 1 } else { 0 }
  }
}
