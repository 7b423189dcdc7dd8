import Shared

/// All routes of Gemini's API, under each of its versions.
struct GeminiRoutes: Sendable {
  let asking: Asking
  let bodies: BodyReader
  let settings: CompatibleSettings

  var routes: [Route] {
    let counting = TokenCounting(asking: asking, settings: settings)
    return GeminiVersion.allCases.flatMap { version in
      [false, true].map { isStreamed in
        GeminiContentRoute(
          asking: asking, bodies: bodies, settings: settings, version: version, isStreamed: isStreamed
        ).route
      }
        + [false, true].map { isBatch in
          GeminiEmbeddingRoute(
            asking: asking, bodies: bodies, settings: settings, version: version, isBatch: isBatch
          ).route
        } + [GeminiCountRoute(counting: counting, bodies: bodies, version: version).route]
    } + GeminiModelRoutes(catalogs: settings.catalogs).routes
  }
}
