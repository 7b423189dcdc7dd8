import Shared

/// What the workers have found out about the configured providers.
struct ProviderBoard: Sendable {
  struct State: Sendable {
    enum Status: String, Sendable {
      case available
      case open
      case halfOpen = "half-open"
      case noKey = "no-key"
    }

    let provider: Provider
    let status: Status
    /// Of each of its keys, where it has several, in their order.
    var keys: [(place: KeyPlace, status: Status)] = []

    /// As `/health` shows it; never a key.
    var summary: JSONValue {
      [
        "name": .string(provider.name), "status": .string(status.rawValue),
        "model": .string(provider.defaultModel),
      ]
    }
  }

  let catalogs: CatalogSource
  let circuits: any CircuitSharing

  /// Every provider in cascade order. Without Redis nothing is held against any.
  func states() async -> [State] { await states(in: catalogs.current) }

  func states(in catalog: ProviderCatalog) async -> [State] {
    let records = (try? await circuits.records()) ?? [:]
    return catalog.providers.map { provider in
      let keys = provider.keys.map { key in
        (place: key.place, status: Self.status(records[key.subject(of: provider.defaultTarget)]))
      }
      // As good as the best of its keys.
      let best = [State.Status.available, .halfOpen].first { status in keys.contains { $0.status == status } }
      let status = keys.isEmpty ? Self.status(records[provider.defaultTarget]) : best ?? .open
      return State(provider: provider, status: provider.isOn ? status : .noKey, keys: keys)
    }
  }

  private static func status(_ record: CircuitRecord?) -> State.Status {
    // A provider whose limit has not reset is sound: its circuit is closed.
    guard let record, record.cause != .limited else { return .available }
    return record.remaining > .zero ? .open : .halfOpen
  }
}
