import HTTPTypes
import Hummingbird
import Shared

/// The keys that clients of Google's send: in a header of their own, or in the query, where it goes no further than here.
enum GoogleKeys {
  /// Whether such keys are looked at on a path, as a route's description has it.
  static func areTaken(at path: String) -> Bool {
    path.hasPrefix("/v1beta/") || path.hasPrefix("/v1/models")
  }

  static func of(_ request: Request) -> [String] {
    [request.headers.value(of: .googleAPIKey), request.uri.queryParameters["key"].map(String.init)]
      .compactMap(\.self)
  }
}

extension HTTPField.Name {
  // Each name is a valid token, so the failable initialiser cannot fail.
  // swift-format-ignore: NeverForceUnwrap
  static let googleAPIKey = Self("x-goog-api-key")!
  // swift-format-ignore: NeverForceUnwrap
  static let sluiceEstimate = Self("X-Sluice-Estimate")!
}
