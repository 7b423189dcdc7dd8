import Shared

/// All routes of Gemini's API, under each of its versions.
struct GeminiRoutes: Sendable {
  let desk: CompatibleDesk

  var routes: [Route] {
    GeminiVersion.allCases.flatMap { version in
      [false, true].map { isStreamed in
        GeminiContentRoute(
          desk: desk, version: version, isStreamed: isStreamed
        ).route
      }
        + [false, true].map { isBatch in
          GeminiEmbeddingRoute(
            desk: desk, version: version, isBatch: isBatch
          ).route
        } + [GeminiCountRoute(desk: desk, version: version).route]
    } + GeminiModelRoutes(catalogs: desk.catalogs).routes
  }
}
