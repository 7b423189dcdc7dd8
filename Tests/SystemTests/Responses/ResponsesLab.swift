import Foundation
import Shared
import TestSupport
import Testing

/// Sluice over a simulated provider in each of the dialects, by their names, whose one model is `m`: `responses`, `chat`,
/// `anthropic`, `gemini`.
struct ResponsesLab {
  static let dialects = ["responses", "chat", "anthropic", "gemini"]
  static let noOtherProviders = ["GEMINI_API_KEY": "", "GROQ_API_KEY": "", "OPENROUTER_API_KEY": ""]

  let cluster: SluiceCluster
  let api: SluiceAPI
  let worker: ChildProcess
  /// Of further processes.
  let environment: [String: String]

  static func with(_ body: (ResponsesLab) async throws -> Void) async throws {
    let file = URL(filePath: "/tmp/sluice-\(UInt64.random(in: 0...UInt64.max)).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    try await SluiceCluster.with(environment: noOtherProviders) { cluster in
      try Data(configuration(cluster.simulator).utf8).write(to: file)
      let more = ["SLUICE_CONFIG": file.path(), "SIMULATED_KEY": "k", "JOB_MAX_ATTEMPTS": "1"]
      let api = try await cluster.startAPI(environment: more)
      let worker = try await cluster.startWorker(environment: more, seenBy: api)
      try await body(ResponsesLab(cluster: cluster, api: api, worker: worker, environment: more))
      for process in [worker, api.process] { await process.killNow() }
    }
  }

  /// What `SLUICE_CONFIG` is to hold; the key is in `SIMULATED_KEY`.
  static func configuration(_ simulator: SimulatorProcess) -> String {
    func provider(_ name: String, _ dialect: String, _ place: String, _ models: String) -> String {
      """
        - name: \(name)
          dialect: \(dialect)
          base_url: \(simulator.baseURL(for: place))
          key: {env: SIMULATED_KEY}
          models: \(models)
      """
    }
    return """
      providers:
      \(provider("responses", "responses", "openai", "[m]"))
      \(provider("chat", "openai", "openai", "[m, {name: by-responses, dialect: responses}]"))
      \(provider("anthropic", "anthropic", "anthropic", "[m]"))
      \(provider("gemini", "gemini", "gemini", "[m]"))
      """
  }

  /// Asks a provider and waits for the whole response.
  func ask(_ provider: String, _ members: JSONObject) async throws -> HTTPReply {
    try await api.post(
      "/v1/responses", .object(members.merging(["model": .string("\(provider)/m")]) { own, _ in own }))
  }

  /// The same, streamed.
  func stream(_ provider: String, _ members: JSONObject) async throws -> StreamedReply {
    var body = members.merging(["model": .string("\(provider)/m")]) { own, _ in own }
    body["stream"] = true
    return try await StreamedReply.to(
      api.url + "/v1/responses", method: .POST, headers: ["X-API-Key": SluiceCluster.key], body: .object(body)
    )
  }

  /// The last request that the simulator was sent.
  func lastRequest(of provider: String) async throws -> JSONValue {
    let name = ["responses": "openai", "chat": "openai"][provider] ?? provider
    return try await cluster.simulator.requests(provider: name).last ?? .null
  }
}
