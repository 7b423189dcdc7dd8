import Foundation
import Shared
import TestSupport

/// An API, a worker and Redis whose providers are those of a file of cases.
struct FaithfulLab: Sendable {
  let file: FaithfulFile
  let provider: ScriptedProvider
  let api: SluiceAPI

  static func with(_ file: FaithfulFile, _ body: (FaithfulLab) async throws -> Void) async throws {
    var answers: [String: [ScriptedAnswer]] = [:]
    for (place, row) in file.cases.enumerated() {
      for (index, target) in row.targets.enumerated() {
        answers[file.provider(place, index)] = target.answers
      }
    }
    let environment = [
      "FAITHFUL_KEY": "k-canary", "OTHER_FAITHFUL_KEY": "o-canary",
    ].merging(file.environment) { _, given in given }
    try await with(answers, environment: environment, configuration: file.configuration) { provider, api in
      try await body(FaithfulLab(file: file, provider: provider, api: api))
    }
  }

  /// The same with any providers: their answers by name, and the configuration file that knows where they are.
  static func with(
    _ answers: [String: [ScriptedAnswer]], environment: [String: String] = [:],
    configuration: (ScriptedProvider) -> JSONValue,
    _ body: (ScriptedProvider, SluiceAPI) async throws -> Void
  ) async throws {
    let path = URL(filePath: "/tmp/sluice-\(UInt64.random(in: 0...UInt64.max)).json")
    defer { try? FileManager.default.removeItem(at: path) }
    try await ScriptedProvider.with(answers) { provider in
      try Data(String(buffer: configuration(provider).serialized()).utf8).write(to: path)
      let own = [
        "SLUICE_CONFIG": path.path(), "JOB_MAX_ATTEMPTS": "2", "COMPLETION_WAIT": "30",
        "GEMINI_API_KEY": "", "GROQ_API_KEY": "", "OPENROUTER_API_KEY": "",
      ]
      try await SluiceCluster.withOneOfEach(environment: own.merging(environment) { $1 }) { _, api in
        try await body(provider, api)
      }
    }
  }
}
