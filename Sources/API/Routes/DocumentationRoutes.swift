import Crypto
import FoundationEssentials
import HTTPTypes
import NIOCore
import Shared

/// `GET /openapi.json` and `GET /docs`: what the other routes declare, for programs and for people.
struct DocumentationRoutes: Sendable {
  private static let descriptions = [
    RouteDescription(
      method: .get, path: "/openapi.json", summary: "The OpenAPI 3.1 document", description: "Of all routes.",
      group: "Documentation",
      responses: [ResponseDescription(status: .ok, description: "The document.", schema: ["type": "object"])],
      access: .open),
    RouteDescription(
      method: .get, path: "/docs", summary: "The documentation, to read and to try",
      description: "Needs no other host.", group: "Documentation",
      responses: [ResponseDescription(status: .ok, description: "The page.", contentType: "text/html")],
      access: .open),
  ]

  let routes: [Route]

  /// `documented` are all other routes.
  init(documented: [Route]) {
    let document = OpenAPIDocument(
      version: Version.current, routes: documented.map(\.description) + Self.descriptions
    ).bytes
    let page = ByteBuffer(bytes: PackageResources.docs_html)
    let policy = Self.contentSecurityPolicy(of: String(buffer: page))
    routes = [
      Route(Self.descriptions[0]) { _ in Reply(.ok, json: document) },
      Route(Self.descriptions[1]) { _ in
        Reply(
          .ok, body: page, contentType: "text/html; charset=utf-8",
          headers: [
            .contentSecurityPolicy: policy, .xContentTypeOptions: "nosniff", .referrerPolicy: "no-referrer",
          ])
      },
    ]
  }

  /// The page may run its own script and style and talk to this server, nothing else. Both are named by
  /// their digests (Content Security Policy Level 3, section 2.3.1), so nothing injected runs.
  private static func contentSecurityPolicy(of page: String) -> String {
    """
    default-src 'none'; script-src \(source(of: "script", in: page)); \
    style-src \(source(of: "style", in: page)); connect-src 'self'; img-src data:; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'
    """
  }

  private static func source(of element: String, in page: String) -> String {
    guard let start = page.firstRange(of: "<\(element)>"), let end = page.firstRange(of: "</\(element)>"),
      start.upperBound <= end.lowerBound
    else { return "'none'" }
    let digest = SHA256.hash(data: Array(page[start.upperBound..<end.lowerBound].utf8))
    return "'sha256-\(Data(digest).base64EncodedString())'"
  }
}
