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
      State(provider: provider, status: Self.status(of: provider, records[provider.defaultTarget]))
    }
  }

  private static func status(of provider: Provider, _ record: CircuitRecord?) -> State.Status {
    guard provider.isOn else { return .noKey }
    // A provider whose limit has not reset is sound: its circuit is closed.
    guard let record, record.cause != .limited else { return .available }
    return record.remaining > .zero ? .open : .halfOpen
  }
}
