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
    let path = URL(filePath: "/tmp/sluice-\(UInt64.random(in: 0...UInt64.max)).json")
    defer { try? FileManager.default.removeItem(at: path) }
    try await ScriptedProvider.with(answers) { provider in
      try Data(String(buffer: file.configuration(provider).serialized()).utf8).write(to: path)
      let environment = [
        "SLUICE_CONFIG": path.path(), "JOB_MAX_ATTEMPTS": "2", "COMPLETION_WAIT": "30",
        "FAITHFUL_KEY": "k-canary",
        "OTHER_FAITHFUL_KEY": "o-canary", "GEMINI_API_KEY": "", "GROQ_API_KEY": "", "OPENROUTER_API_KEY": "",
      ].merging(file.environment) { _, given in given }
      try await SluiceCluster.withOneOfEach(environment: environment) { _, api in
        try await body(FaithfulLab(file: file, provider: provider, api: api))
      }
    }
  }
}
