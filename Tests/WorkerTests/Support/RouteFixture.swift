import Logging
import Shared

@testable import Worker

/// A route over providers on real sockets, which are called `one`, `two`, `three`.
enum RouteFixture {
  static let request = JobRequest.chat(Conversation(turns: [Turn(role: .user, text: "Hi")]))

  /// A cascade over one server for each list of scripts. Those that are `unpriced` have no known price.
  static func with<Value>(
    _ scripts: [[ScriptedServer.Script]], strategy: ProviderRoute.Strategy = .ordered,
    hedgeAfter: Duration? = nil, retries: Int = 0, isSticky: Bool = false,
    threads: (any ThreadSharing)? = nil, unpriced: Set<String> = [],
    timeouts: ProviderTimeouts = ProviderTimeouts(),
    latencies: LatencyBoard = LatencyBoard(shared: SharedLatencies()), limits: AnswerLimits = AnswerLimits(),
    body: (Cascade, [ScriptedServer]) async throws -> Value
  ) async throws -> Value {
    try await withServers(scripts) { servers in
      let names = ["one", "two", "three"].prefix(servers.count)
      let providers = zip(names, servers).map { ProviderFixture.openAI($0, baseURL: $1.baseURL) }
      let catalog = ProviderCatalog(
        providers: providers,
        routes: [
          ProviderRoute(
            name: "default", strategy: strategy, hedgeAfter: hedgeAfter, retries: retries, isSticky: isSticky,
            targets: providers.map { WeightedTarget($0.defaultTarget) })
        ],
        prices: .list,
        priceOverrides: providers.filter { !unpriced.contains($0.name) }.map { ($0.defaultTarget, price) })
      let client = ProviderClient(limits: limits)
      let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      let cascade = Cascade(
        catalog: catalog, client: client, timeouts: timeouts,
        board: CircuitBoard(shared: SharedCircuits(), logger: logger),
        quotas: QuotaBoard(catalogs: CatalogSource(catalog), shared: SharedQuotas()), latencies: latencies,
        words: UnknownWords(logger: logger), threads: threads)
      let result: Result<Value, any Error>
      do { result = .success(try await body(cascade, servers)) } catch { result = .failure(error) }
      await client.shutdown()
      return try result.get()
    }
  }

  /// One dollar for each token that is read, two for each that is written.
  private static let price = ModelPrice(
    input: NanoDollars(rawValue: 1_000_000_000_000_000), output: NanoDollars(rawValue: 2_000_000_000_000_000))

  private static func withServers<Value>(
    _ scripts: [[ScriptedServer.Script]], _ servers: [ScriptedServer] = [],
    _ body: ([ScriptedServer]) async throws -> Value
  ) async throws -> Value {
    guard let first = scripts.first else { return try await body(servers) }
    return try await ScriptedServer.with(first) { server in
      try await withServers(Array(scripts.dropFirst()), servers + [server], body)
    }
  }
}

extension CascadeOutcome {
  /// The result, if there is an answer.
  var result: JobResult? {
    if case .answered(let result, _) = self { result } else { nil }
  }
}
