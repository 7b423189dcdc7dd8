import FoundationEssentials
import Shared

/// `GET /v1beta/models`: the names that a request's model may have, as Gemini's clients list them.
struct GeminiModelRoutes: Sendable {
  let catalogs: CatalogSource

  var routes: [Route] { [Route(listing, handler: list), Route(reading, handler: read)] }

  private func list(_ call: Call) async throws(Problem) -> Reply {
    let catalog = catalogs.current
    let usable = catalog.publicModels.filter { call.client?.policy.allows($0) ?? true }
    let page = try call.geminiPage(of: usable.map(\.id), usually: 50)
    var body: JSONObject = ["models": .array(page.names.map(catalog.geminiModel))]
    body["nextPageToken"] = page.next
    return Reply(.ok, json: JSONValue.object(body).serialized())
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

extension Call {
  /// Which models a client of Google's asks for, and how it asks for those behind; all on one page, where neither it nor
  /// `usual` says how many. Names with an underscore are taken as well.
  func geminiPage(
    of names: [String], usually usual: Int? = nil
  ) throws(Problem) -> (names: ArraySlice<String>, next: JSONValue?) {
    let size = try number("pageSize", "page_size", 1...1000) ?? usual ?? names.count
    let start = min(try number("pageToken", "page_token", 0...Int(Int32.max)) ?? 0, names.count)
    let page = names[start..<min(start + size, names.count)]
    return (page, page.endIndex < names.count ? .string(String(page.endIndex)) : nil)
  }

  private func number(
    _ name: String, _ other: String, _ range: ClosedRange<Int>
  ) throws(Problem) -> Int? {
    guard let text = query(name) ?? query(other), !text.isEmpty else { return nil }
    guard let value = Int(text), value >= range.lowerBound else {
      throw Self.invalid("query", name, "Input should be a number from \(range.lowerBound) on")
    }
    return min(value, range.upperBound)
  }
}

extension ProviderCatalog {
  /// A name that may be asked as Gemini's clients read it. Limits are those of all whom it may lead to.
  func geminiModel(_ name: String) -> JSONValue {
    var model: JSONObject = [
      "name": .string("models/\(name)"), "version": "1", "displayName": .string(name),
      "supportedGenerationMethods": .array(GeminiMethod.allCases.map { .string($0.rawValue) }),
    ]
    (model["inputTokenLimit"], model["outputTokenLimit"]) = limits(of: name)
    return .object(model)
  }

  /// How many tokens all take whom a name may lead to, where it is known.
  func limits(of name: String) -> (input: JSONValue?, output: JSONValue?) {
    let known = ((try? targets(for: name)) ?? []).compactMap { target in
      provider(named: target.provider).flatMap { provider in
        models(of: provider).first { $0.name == target.model }
      }
    }
    return (
      known.compactMap(\.contextWindow).min().map { .integer(Int64($0)) },
      known.compactMap(\.maxOutputTokens).min().map { .integer(Int64($0)) }
    )
  }
}
