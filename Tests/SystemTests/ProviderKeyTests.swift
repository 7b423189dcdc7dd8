import Foundation
import Shared
import TestSupport
import Testing

@Suite("Providers with several keys, in real processes")
struct ProviderKeyTests {
  /// An API and a worker on a file with one provider, of which the simulator refuses the first key.
  private struct Lab {
    let cluster: SluiceCluster
    let folder: URL
    let api: SluiceAPI

    static func with(_ body: (Lab) async throws -> Void) async throws {
      let environment = [
        "GEMINI_API_KEY": "", "GROQ_API_KEY": "", "OPENROUTER_API_KEY": "", "ADMIN_API_KEY": "admin-key",
      ]
      let folder = URL(filePath: "/tmp/sluice-keys-\(UInt64.random(in: 0...UInt64.max))")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      try await SluiceCluster.with(environment: environment) { cluster in
        let config = folder.appending(path: "sluice.yaml")
        try Data(text(cluster).utf8).write(to: config)
        let keys = [
          "SLUICE_CONFIG": config.path(), "ALPHA_1": "wrong-canary-one", "ALPHA_2": "canary-two",
          "TENANT_SECRETS": folder.path(),
        ]
        let api = try await cluster.startAPI(environment: keys)
        let worker = try await cluster.startWorker(environment: keys, seenBy: api)
        try await body(Lab(cluster: cluster, folder: folder, api: api))
        for process in [worker, api.process] {
          #expect(!process.log.contains("canary"), "no key is in a log")
          await process.killNow()
        }
      }
    }

    private static func text(_ cluster: SluiceCluster) -> String {
      """
      providers:
        - name: alpha
          dialect: openai
          base_url: \(cluster.simulator.baseURL(for: "openai"))
          keys: [{env: ALPHA_1, weight: 1000}, {env: ALPHA_2}]
          models: [small]
      """
    }

    func ask() async throws -> HTTPReply {
      try await api.post("/query?wait=120", ["prompt": "Who?", "model": "alpha/small", "cache": "off"])
    }

    /// The provider as the API lists it.
    func provider() async throws -> JSONValue? {
      try await api.get("/providers").json["providers"]?.array?.first { $0["name"] == "alpha" }
    }

    /// The keys with which the simulator was asked.
    func keysSeen() async throws -> Set<String> {
      Set(
        try await cluster.simulator.requests(provider: "openai").compactMap {
          $0["headers"]?["authorization"]?.string
        })
    }
  }

  @Test("a refused key is passed over, and its place is told in the path, usage and the list of providers")
  func places() async throws {
    try await Lab.with { lab in
      var refused: JSONValue?
      for _ in 1...20 where refused == nil {
        let reply = try await lab.ask()
        #expect(reply.status == 200, "\(reply.body)")
        let path = reply.json["cascade_path"]?.array ?? []
        #expect(path.last?["provider_key"] == "2")
        refused = path.first { $0["provider_key"] == "1" }
      }
      #expect(refused?["status"] == "failed")
      let usage = try await lab.api.get("/admin/usage/records", headers: ["X-API-Key": "admin-key"])
      #expect(usage.json["data"]?[0]?["provider_key"] == "2")
      #expect(usage.json["data"]?[0]?["provider"] == "alpha")
      try await eventually("the API hears of the circuit") {
        let keys = try await lab.provider()?["keys"]
        return keys?[0]?["status"] == "open" && keys?[1]?["status"] == "available"
      }
      #expect(try await lab.provider()?["status"] == "available")
    }
  }

  @Test("a tenant's own key is sent for its jobs, as its file says now")
  func own() async throws {
    try await Lab.with { lab in
      let secret = lab.folder.appending(path: "mine")
      try Data("canary-mine\n".utf8).write(to: secret)
      var tenant = Tenant(id: .default)
      tenant.providerKeys = ["alpha": "mine"]
      let record = String(buffer: tenant.json.serialized())
      try await Self.store(record, in: lab.cluster)
      let reply = try await lab.ask()
      #expect(reply.status == 200, "\(reply.body)")
      #expect(reply.json["cascade_path"]?.array?.map { $0["provider_key"] } == ["own"])
      #expect(try await lab.keysSeen() == ["Bearer canary-mine"])
      try Data("canary-other".utf8).write(to: secret, options: .atomic)
      try await eventually("the file is read again") {
        _ = try await lab.ask()
        return try await lab.keysSeen() == ["Bearer canary-mine", "Bearer canary-other"]
      }
      try FileManager.default.removeItem(at: secret)
      try await eventually("without it nobody is asked") { try await lab.ask().status == 502 }
      #expect(try await lab.keysSeen() == ["Bearer canary-mine", "Bearer canary-other"])
    }
  }

  /// Writes the record of the tenant `default`.
  private static func store(_ record: String, in cluster: SluiceCluster) async throws {
    try await cluster.withQueue { _, redis in
      _ = try await redis.send(RedisCommand("SET", "sluice:{0}:tenant:default", record))
    }
  }
}
