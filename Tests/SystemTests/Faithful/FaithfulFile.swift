import Foundation
import Shared
import TestSupport

/// The cases of one kind, as a file of `Fixtures` has them; they share a set of processes.
struct FaithfulFile: Sendable {
  let kind: String
  /// What the processes are told besides.
  let environment: [String: String]
  let cases: [FaithfulCase]

  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

  /// Every kind there is.
  static var kinds: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
    return names.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
  }

  init(kind: String) throws {
    let json = try JSONParser.parse(
      String(contentsOf: Self.folder.appending(path: "\(kind).json"), encoding: .utf8))
    self.kind = kind
    environment = (json["environment"]?.object ?? [:]).reduce(into: [:]) { $0[$1.key] = $1.value.string }
    cases = try (json["cases"]?.array ?? []).map(FaithfulCase.init)
  }

  /// The name of a case's route.
  func route(_ place: Int) -> String { "\(kind)-\(place)" }

  /// The name of the provider that is a case's target.
  func provider(_ place: Int, _ target: Int) -> String { "\(kind)-\(place)-\(target)" }

  /// A provider for each target, and a route for each case.
  func configuration(_ provider: ScriptedProvider) -> JSONValue {
    var providers: [JSONValue] = []
    var routes: [JSONValue] = []
    for (place, row) in cases.enumerated() {
      var targets: [JSONValue] = []
      for (index, target) in row.targets.enumerated() {
        let name = self.provider(place, index)
        let own: JSONObject = [
          "name": .string(name), "dialect": .string(target.dialect),
          "base_url": .string(provider.baseURL(of: name)),
          "models": [.string(target.model)],
        ]
        providers.append(.object(own.merging(target.members) { _, given in given }))
        targets.append(.string("\(name)/\(target.model)"))
      }
      let own: JSONObject = ["name": .string(route(place)), "targets": .array(targets)]
      routes.append(.object(own.merging(row.route) { _, given in given }))
    }
    return ["providers": .array(providers), "routes": .array(routes)]
  }
}
