import FoundationEssentials
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Shared
@testable import Worker

@Suite("Cascades follow the catalog")
struct CascadeSourceTests {
  private let request = RouteFixture.request

  @Test(
    "after a reload the next job is asked of the new address with the new key; nothing is made anew before")
  func follows() async throws {
    let answer = ScriptedServer.Script.reply(200, ProviderFixture.openAIAnswer("Hello"))
    try await ScriptedServer.with(answer) { old in
      try await ScriptedServer.with(answer) { new in
        let folder = URL(filePath: "/tmp/sluice-cascade-\(UInt64.random(in: 0...UInt64.max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (file, key) = (folder.appending(path: "sluice.yaml"), folder.appending(path: "key"))
        func write(_ server: ScriptedServer, _ secret: String) throws {
          let text = """
            providers:
              - {name: p, dialect: openai, base_url: "\(server.baseURL)", models: [m], key: {file: \(key.path())}}
            """
          try Data(text.utf8).write(to: file)
          try Data(secret.utf8).write(to: key)
        }
        try write(old, "key-one")
        let source = try CatalogSource(ProcessEnvironment(["SLUICE_CONFIG": file.path()]))
        let client = ProviderClient()
        let made = Mutex(0)
        let cascades = CascadeSource(source) { catalog in
          made.withLock { $0 += 1 }
          return Cascade(
            catalog: catalog, client: client, board: CircuitBoard(shared: SharedCircuits()),
            quotas: QuotaBoard(catalogs: source, shared: SharedQuotas()),
            latencies: LatencyBoard(shared: SharedLatencies()),
            words: UnknownWords(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        }
        let held = cascades.current
        _ = try await cascades.current.answer(request)
        try write(new, "key-two")
        _ = try source.reload()
        _ = try await cascades.current.answer(request)
        _ = try await cascades.current.answer(request)
        _ = try await held.answer(request)
        #expect(old.requests.count == 2, "a job that runs keeps to the catalog that it began with")
        #expect(old.requests.allSatisfy { $0.contains("Bearer key-one") })
        #expect(new.requests.count == 2 && new.requests.allSatisfy { $0.contains("Bearer key-two") })
        #expect(made.withLock { $0 } == 2)
        await client.shutdown()
      }
    }
  }

  @Test("a provider that needs no key is asked without one")
  func open() throws {
    let provider = Provider(
      name: "local", dialect: .chat, baseURL: "http://127.0.0.1:11434/v1", access: .open, defaultModel: "m")
    let headers = try ProviderEndpoint(provider, model: "m").httpRequest(for: request).0.headers
    #expect(!headers.contains(name: "authorization"))
  }
}
