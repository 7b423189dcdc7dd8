import Shared
import TestSupport

/// An API, a worker and Redis whose providers answer with mixtures.
struct MixtureLab: Sendable {
  let provider: ScriptedProvider
  let api: SluiceAPI

  static func with(_ mixtures: [Mixture], _ body: (MixtureLab) async throws -> Void) async throws {
    let scripts = mixtures.reduce(into: [String: [ScriptedAnswer]]()) { scripts, mixture in
      scripts.merge(mixture.scripts) { $1 }
    }
    try await FaithfulLab.with(scripts, configuration: configuration(of: mixtures)) { provider, api in
      try await body(MixtureLab(provider: provider, api: api))
    }
  }

  /// A route with two targets for each mixture. The second one speaks OpenAI's dialect.
  private static func configuration(of mixtures: [Mixture]) -> (ScriptedProvider) -> JSONValue {
    { provider in
      let providers = mixtures.flatMap { mixture in
        [mixture.dialect, .chat].enumerated().map { target, dialect -> JSONValue in
          let name = mixture.provider(target)
          return [
            "name": .string(name), "dialect": .string(dialect.rawValue),
            "base_url": .string(provider.baseURL(of: name)), "models": ["m"],
          ]
        }
      }
      let routes = mixtures.map { mixture -> JSONValue in
        let targets = [0, 1].map { JSONValue.string("\(mixture.provider($0))/m") }
        return ["name": .string(mixture.route), "targets": .array(targets)]
      }
      return ["providers": .array(providers), "routes": .array(routes)]
    }
  }
}
