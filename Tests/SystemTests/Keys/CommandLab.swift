import Shared
import TestSupport

/// The program `sluice` beside a running Sluice.
struct CommandLab: Sendable {
  let lab: KeyLab

  /// What a run came to.
  struct Run: Sendable {
    let status: Int32
    let text: String

    var json: JSONValue { (try? JSONParser.parse(text)) ?? .null }
  }

  /// Runs it to its end. The text is what it wrote on both outputs.
  func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> Run {
    let own = ["SLUICE_URL": lab.api.url, "SLUICE_ADMIN_KEY": "admin-key"]
    let process = try await ChildProcess(
      SluiceCluster.path(of: "sluice"), arguments, environment: own.merging(environment) { $1 })
    await process.waitUntilExit()
    return Run(status: process.exitStatus, text: process.log)
  }
}
