import Logging
import Shared

@testable import Worker

/// A cascade over two providers on real sockets: `one`, which has several keys, and `two`, which has one.
enum KeyFixture {
  /// What is known of keys outlives a cascade, as it does a reload.
  struct Boards {
    let circuits = CircuitBoard(
      shared: SharedCircuits(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let quotas = SharedQuotas()
    let tally = KeyTally()
  }

  /// The keys `sk-key-1`, `sk-key-2` … of `one`, with these weights.
  static func keys(_ weights: [Int]) -> [ProviderKey] {
    weights.enumerated().map { index, weight in
      ProviderKey(.listed(index + 1), Secret("sk-key-\(index + 1)"), of: "one", weight: weight)
    }
  }

  /// - Parameters:
  ///   - scripts: what `one` answers, one after the other; the last is repeated. `two` always answers.
  static func with<Value>(
    _ scripts: [ScriptedServer.Script], keys: [ProviderKey] = keys([1, 1]), speaking dialect: Dialect = .chat,
    quotas: [Quota] = [], retries: Int = 0, boards: Boards = Boards(),
    body: (Cascade, _ one: ScriptedServer, _ two: ScriptedServer) async throws -> Value
  ) async throws -> Value {
    try await ScriptedServer.with(scripts) { one in
      try await ScriptedServer.with(.reply(200, ProviderFixture.openAIAnswer("Two"))) { two in
        let several = Provider(
          name: "one", dialect: dialect, baseURL: one.baseURL,
          access: .key(keys.first?.secret ?? ProviderFixture.key),
          defaultModel: "one-model", quotas: quotas, keys: keys)
        let providers = [several, ProviderFixture.openAI("two", baseURL: two.baseURL)]
        let catalog = ProviderCatalog(
          providers: providers,
          routes: [
            ProviderRoute(
              name: "default", retries: retries, targets: providers.map { WeightedTarget($0.defaultTarget) })
          ], prices: .list)
        let client = ProviderClient()
        let cascade = Cascade(
          catalog: catalog, client: client, board: boards.circuits,
          quotas: QuotaBoard(catalogs: CatalogSource(catalog), shared: boards.quotas),
          latencies: LatencyBoard(shared: SharedLatencies()),
          words: UnknownWords(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }),
          tally: boards.tally)
        let result: Result<Value, any Error>
        do { result = .success(try await body(cascade, one, two)) } catch { result = .failure(error) }
        await client.shutdown()
        return try result.get()
      }
    }
  }
}

extension ScriptedServer {
  /// The key of each request, without what stands before it.
  var keys: [String] {
    requests.compactMap { request in
      request.split(separator: "\r\n").first { $0.lowercased().hasPrefix("authorization:") }
        .flatMap { $0.split(separator: " ").last.map(String.init) }
    }
  }
}
