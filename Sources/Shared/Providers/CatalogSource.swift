import Synchronization

/// Holds the catalog that is in force, and takes over another when the configuration has changed.
///
/// Whoever serves a request or runs a job takes ``current`` once and goes by it to the end, so that nothing
/// changes under its feet.
public final class CatalogSource: Sendable {
  private struct State {
    var catalog: ProviderCatalog
    /// The files as they were when they were last read, well or not.
    var read: WatchedFiles
    /// A change that was seen and may still be going on.
    var seen: WatchedFiles?
  }

  /// Nil when there is nothing to read again.
  private let environment: ProcessEnvironment?
  private let requiresProvider: Bool
  private let state: Mutex<State>

  /// Reads environment and file.
  ///
  /// - Parameter requiresProvider: whether a catalog of which nobody can be asked is an error.
  public init(
    _ environment: ProcessEnvironment, requiresProvider: Bool = false
  ) throws(ConfigurationError) {
    self.environment = environment
    self.requiresProvider = requiresProvider
    let file = WatchedFiles([try environment.readIfSet(Variables.configFile)].compactMap { $0 })
    var read = file
    let catalog = try Self.load(environment, requiresProvider, &read)
    state = Mutex(State(catalog: catalog, read: read))
  }

  /// Holds one catalog for ever.
  public init(_ catalog: ProviderCatalog) {
    environment = nil
    requiresProvider = false
    state = Mutex(State(catalog: catalog, read: WatchedFiles([])))
  }

  /// The catalog that is in force now.
  public var current: ProviderCatalog { state.withLock { $0.catalog } }

  // What is asked for each job or attempt, without a copy of all the rest.

  /// Which catalog is in force now.
  public var generation: Int { state.withLock { $0.catalog.generation } }

  /// ``ProviderCatalog/meaning(ofAlias:)`` in the catalog that is in force now.
  public func meaning(ofAlias name: String) -> String? {
    state.withLock { $0.catalog.meaning(ofAlias: name) }
  }

  /// ``ProviderCatalog/isSticky(_:)`` in the catalog that is in force now.
  public func isSticky(_ model: String) -> Bool { state.withLock { $0.catalog.isSticky(model) } }

  /// ``ProviderCatalog/quotas(of:)`` in the catalog that is in force now.
  public func quotas(of subject: Target) -> [Quota] { state.withLock { $0.catalog.quotas(of: subject) } }

  // MARK: - Reading again

  /// Reads environment and files again, and puts the new catalog in force. Throws when something is wrong with
  /// it; the old one then stays. Only one at a time may run.
  func reload() throws(ConfigurationError) -> CatalogChange {
    guard let environment else { return CatalogChange(from: current, to: current) }
    var read = WatchedFiles(state.withLock { $0.read.paths })
    defer {
      let read = read
      state.withLock { state in
        state.read = read
        state.seen = nil
      }
    }
    var catalog = try Self.load(environment, requiresProvider, &read)
    return state.withLock { state in
      let change = CatalogChange(from: state.catalog, to: catalog)
      catalog.generation = state.catalog.generation + 1
      state.catalog = catalog
      return change
    }
  }

  /// Whether a file has changed and has then been left alone since the last call: a file in the middle of being
  /// written may be a valid one of which half is missing.
  func hasSettledChange() -> Bool {
    let paths = state.withLock { $0.read.paths }
    guard !paths.isEmpty else { return false }
    let now = WatchedFiles(paths)
    return state.withLock { state in
      guard now != state.read, now.paths == state.read.paths else {
        state.seen = nil
        return false
      }
      if state.seen == now { return true }
      state.seen = now
      return false
    }
  }

  /// `read` begins as the files that are watched so far, from before they are read: a change in the meantime is
  /// then seen later. It ends as those that are to be watched from now on.
  private static func load(
    _ environment: ProcessEnvironment, _ requiresProvider: Bool, _ read: inout WatchedFiles
  ) throws(ConfigurationError) -> ProviderCatalog {
    let file = try ProviderFile.read(environment)
    if let file, let path = read.paths.first { read = WatchedFiles([path] + file.keyFiles, knowing: read) }
    let catalog = try ProviderCatalog(environment, file: file)
    guard requiresProvider, !catalog.providers.contains(where: \.isOn) else { return catalog }
    let variables = catalog.providers.compactMap(\.access.missingVariable).joined(separator: ", ")
    throw ConfigurationError("no provider has a key; set one of \(variables)")
  }
}
