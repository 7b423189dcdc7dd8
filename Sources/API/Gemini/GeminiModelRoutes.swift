import FoundationEssentials
import Shared

/// `GET /v1beta/models`: the names that a request's model may have, as Gemini's clients list them.
struct GeminiModelRoutes: Sendable {
  let catalogs: CatalogSource

  /// As Google has it.
  private static let usualPage = 50
  private static let largestPage = 1000

  var routes: [Route] { [Route(listing, handler: list), Route(reading, handler: read)] }

  private func list(_ call: Call) async throws(Problem) -> Reply {
    let catalog = catalogs.current
    let usable = catalog.publicModels.filter { call.client?.policy.allows($0) ?? true }
    let size = try number(call, "pageSize", 1...Self.largestPage) ?? Self.usualPage
    let start = min(try number(call, "pageToken", 0...Int(Int32.max)) ?? 0, usable.count)
    let page = usable[start..<min(start + size, usable.count)]
    var body: JSONObject = ["models": .array(page.map { catalog.geminiModel($0.id) })]
    if page.endIndex < usable.count { body["nextPageToken"] = .string(String(page.endIndex)) }
    return Reply(.ok, json: JSONValue.object(body).serialized())
  }

  /// Names with an underscore are taken as well.
  private func number(_ call: Call, _ name: String, _ range: ClosedRange<Int>) throws(Problem) -> Int? {
    let other = name == "pageSize" ? "page_size" : "page_token"
    guard let text = call.query(name) ?? call.query(other), !text.isEmpty else { return nil }
    guard let value = Int(text), value >= range.lowerBound else {
      throw Call.invalid("query", name, "Input should be a number from \(range.lowerBound) on")
    }
    return min(value, range.upperBound)
  }

  /// Any name that leads somewhere is there, listed or not.
  private func read(_ call: Call) async throws(Problem) -> Reply {
    let name = call.geminiModel
    try catalogs.current.check(model: name)
    if let policy = call.client?.policy, !policy.allows(catalogs.current.named(name)) {
      throw .modelNotFound("There is no model \"\(name.prefix(64))\" that this key may ask.")
    }
    return Reply(.ok, json: catalogs.current.geminiModel(name).serialized())
  }
}

extension ProviderCatalog {
  /// A name that may be asked as Gemini's clients read it. Limits are those of all whom it may lead to.
  func geminiModel(_ name: String) -> JSONValue {
    var model: JSONObject = [
      "name": .string("models/\(name)"), "version": "1", "displayName": .string(name),
      "supportedGenerationMethods": .array(GeminiMethod.allCases.map { .string($0.rawValue) }),
    ]
    let known = ((try? targets(for: name)) ?? []).compactMap { target in
      provider(named: target.provider).flatMap { provider in
        models(of: provider).first { $0.name == target.model }
      }
    }
    model["inputTokenLimit"] = known.compactMap(\.contextWindow).min().map { .integer(Int64($0)) }
    model["outputTokenLimit"] = known.compactMap(\.maxOutputTokens).min().map { .integer(Int64($0)) }
    return .object(model)
  }
}
