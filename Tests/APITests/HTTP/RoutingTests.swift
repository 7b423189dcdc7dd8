import HTTPTypes
import NIOCore
import Testing

@testable import API

@Suite("From a path to its route")
struct RoutingTests {
  private let table = RouteTable(
    [
      (.get, "/jobs"), (.post, "/jobs"), (.get, "/jobs/{id}"), (.delete, "/jobs/{id}"),
      (.get, "/jobs/{id}/events"), (.post, "/v1/chat/completions"), (.get, "/v1/models"),
      (.get, "/v1/models/{id}"), (.get, "/v1/jobs"), (.post, "/v1/models/{id}:generateContent"),
      (.post, "/v1/models/{id}:countTokens"),
    ]
    .map { method, path in
      Route(
        RouteDescription(
          method: method, path: path, summary: path, description: "", group: "", responses: [],
          access: .open, takesRest: path.hasPrefix("/v1/models/"))
      ) { _ in Reply(.ok, json: ByteBuffer()) }
    })

  private func found(_ method: HTTPRequest.Method, _ path: String) -> String? {
    guard case .found(let route, let parameters) = table.match(method, path) else { return nil }
    return "\(route.description.method) \(route.description.path) \(parameters["id"] ?? "-")"
  }

  @Test("fixed paths and paths with parameters are found")
  func finds() {
    #expect(found(.post, "/jobs") == "POST /jobs -")
    #expect(found(.get, "/jobs/7") == "GET /jobs/{id} 7")
    #expect(found(.delete, "/jobs/7") == "DELETE /jobs/{id} 7")
    #expect(found(.get, "/jobs/7/events") == "GET /jobs/{id}/events 7")
  }

  @Test("the last colon divides a model from what is done with it; a name may hold others, and slashes")
  func words() {
    let ask = "POST /v1/models/{id}:generateContent"
    #expect(found(.post, "/v1/models/gemini-2.5-flash:generateContent") == "\(ask) gemini-2.5-flash")
    #expect(found(.post, "/v1/models/meta/llama-3.3:free:generateContent") == "\(ask) meta/llama-3.3:free")
    #expect(found(.post, "/models/a%2Fb:generateContent/") == "\(ask) a%2Fb")
    #expect(found(.post, "/v1/models/a:countTokens") == "POST /v1/models/{id}:countTokens a")
    #expect(found(.get, "/v1/models/meta/llama-3.3:free") == "GET /v1/models/{id} meta/llama-3.3:free")
    for path in ["/v1/models/:generateContent", "/v1/models/a:generate", "/v1/models/a/generateContent"] {
      #expect(found(.post, path) == nil, "\(path)")
    }
  }

  @Test("a slash at the end changes nothing")
  func slash() {
    #expect(found(.post, "/jobs/") == "POST /jobs -")
    #expect(found(.get, "/jobs/7/") == "GET /jobs/{id} 7")
    #expect(found(.get, "/jobs/7/events/") == "GET /jobs/{id}/events 7")
    #expect(found(.post, "/v1/chat/completions/") == "POST /v1/chat/completions -")
    #expect(found(.get, "/v1/models/") == "GET /v1/models -")
  }

  @Test("routes of /v1 are found without it, under their own name, and hide no other")
  func withoutVersion() {
    #expect(found(.post, "/chat/completions") == "POST /v1/chat/completions -")
    #expect(found(.post, "/chat/completions/") == "POST /v1/chat/completions -")
    #expect(found(.get, "/models") == "GET /v1/models -")
    #expect(found(.get, "/jobs") == "GET /jobs -")
    for path in ["/v1/models/a/b", "/models/a/b", "/models/a/b/", "/v1/models/a/b/"] {
      #expect(found(.get, path) == "GET /v1/models/{id} a/b", "\(path)")
    }
    guard case .otherMethod(let allowed) = table.match(.get, "/chat/completions") else {
      Issue.record("GET should be refused")
      return
    }
    #expect(allowed == [.post])
    #expect(table.canonicalPath(of: "/chat/completions/") == "/v1/chat/completions")
    #expect(table.canonicalPath(of: "/models/a/b") == "/v1/models/{id}")
    #expect(table.canonicalPath(of: "/chat") == nil)
  }

  @Test("HEAD is answered where GET is")
  func head() {
    #expect(found(.head, "/jobs/7") == "GET /jobs/{id} 7")
  }

  @Test("a known path with another method says which it has")
  func otherMethod() {
    guard case .otherMethod(let allowed) = table.match(.put, "/jobs/7") else {
      Issue.record("PUT should be refused")
      return
    }
    #expect(allowed == [.get, .delete])
  }

  @Test(
    "other paths are not found",
    arguments: [
      "/", "", "//", "/job", "/jobs//", "/jobs//events", "/jobs/7/x", "/jobs/7//", "/v1", "/v1/",
      "/v1/v1/models",
      "/chat", "/completions", "/v1/query",
    ])
  func nothing(path: String) {
    guard case .nothing = table.match(.get, path) else {
      Issue.record("\(path) should not be found")
      return
    }
  }

  @Test(
    "a client's request id is kept when it is usable and replaced when not",
    arguments: [
      ("abc-1", true), (String(repeating: "x", count: 128), true),
      (String(repeating: "x", count: 129), false),
      ("", false), ("a b", false), ("a\tb", false), ("é", false),
    ])
  func requestIDs(header: String, isKept: Bool) {
    #expect((RequestID(header).description == header) == isKept)
    #expect(RequestID(header).description.utf8.count >= 1)
  }

  @Test("an allowed origin gets its headers, another none")
  func crossOrigin() {
    let policy = CrossOriginPolicy(allowedOrigins: ["https://app.example"])
    func request(_ method: HTTPRequest.Method, _ fields: HTTPFields) -> HTTPRequest {
      HTTPRequest(method: method, scheme: "http", authority: "x", path: "/query", headerFields: fields)
    }
    let allowed = policy.headers(for: request(.post, [.origin: "https://app.example"]))
    #expect(allowed?[.accessControlAllowOrigin] == "https://app.example")
    #expect(allowed?[.vary] == "Origin")
    #expect(policy.headers(for: request(.post, [.origin: "https://evil.example"])) == nil)
    #expect(policy.headers(for: request(.post, [:])) == nil)
    let asked = "authorization, content-type, x-stainless-lang"
    let preflight = policy.preflight(
      request(
        .options,
        [
          .origin: "https://app.example", .accessControlRequestMethod: "POST",
          .accessControlRequestHeaders: asked,
        ]))
    #expect(preflight?[.accessControlAllowMethods]?.contains("POST") == true)
    #expect(preflight?[.accessControlAllowHeaders] == asked)
    #expect(policy.preflight(request(.options, [.origin: "https://app.example"])) == nil)
    let open = CrossOriginPolicy(allowedOrigins: ["*"])
    #expect(open.headers(for: request(.get, [.origin: "https://x"]))?[.accessControlAllowOrigin] == "*")
  }
}
