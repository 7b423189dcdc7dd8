import NIOCore
import NIOHTTP1
import Shared
import TestSupport
import Testing

/// A request that is refused: a row of the contract's table.
struct Refusal: Sendable, CustomTestStringConvertible {
  var name: String
  var method = HTTPMethod.POST
  var path = "/query"
  var headers: [String: String] = [:]
  var body: String?
  /// A body that is no text, instead of `body`.
  var bytes: [UInt8]?
  var status: Int
  var type: String
  /// A header that the answer has.
  var header: (name: String, value: String)?

  var testDescription: String { "\(status) \(name)" }

  static let contract: [Refusal] = [
    Refusal(name: "no JSON", body: "{", status: 400, type: "invalid-json"),
    Refusal(name: "an empty body", body: "", status: 400, type: "invalid-json"),
    Refusal(
      name: "a duplicate key", body: #"{"prompt":"a","prompt":"b"}"#, status: 400, type: "invalid-json"),
    Refusal(
      name: "65 levels", body: nested(65), status: 400, type: "invalid-json"),
    Refusal(
      name: "a byte order mark", body: "\u{FEFF}{}", status: 400, type: "invalid-json"),
    Refusal(
      name: "a number without bounds", body: #"{"prompt":"a","seed":1e400}"#, status: 400,
      type: "invalid-json"),
    Refusal(
      name: "a lone surrogate", body: #"{"prompt":"\ud800"}"#, status: 400, type: "invalid-json"),
    Refusal(
      name: "no key", headers: ["X-API-Key": ""], body: "{}", status: 401, type: "unauthorized",
      header: ("www-authenticate", "Bearer")),
    Refusal(
      name: "a wrong key", headers: ["X-API-Key": "x"], body: "{}", status: 401, type: "unauthorized"),
    Refusal(
      name: "two keys that differ", headers: ["Authorization": "Bearer other"], body: "{}", status: 401,
      type: "unauthorized"),
    Refusal(name: "an unknown route", method: .GET, path: "/nothing", status: 404, type: "not-found"),
    Refusal(
      name: "an unknown job", method: .GET, path: "/jobs/job_000000000000000000000000000000000000",
      status: 404, type: "not-found"),
    Refusal(name: "what is no id", method: .GET, path: "/jobs/..%2f..%2fetc", status: 404, type: "not-found"),
    Refusal(
      name: "a method that the path does not have", method: .PUT, path: "/query", body: "{}", status: 405,
      type: "method-not-allowed", header: ("allow", "POST")),
    Refusal(
      name: "a body over the limit",
      body: #"{"prompt":""# + String(repeating: "x", count: 1_048_577) + #""}"#, status: 413,
      type: "body-too-large"),
    Refusal(
      name: "another Content-Type", headers: ["Content-Type": "text/plain"], body: "{}", status: 415,
      type: "unsupported-media-type"),
    Refusal(
      name: "no Content-Type", headers: ["Content-Type": ""], body: "{}", status: 415,
      type: "unsupported-media-type"),
    Refusal(name: "no prompt", body: "{}", status: 422, type: "validation"),
    Refusal(
      name: "an unknown field", body: #"{"prompt":"a","x":1}"#, status: 422, type: "validation"),
    Refusal(
      name: "a wait that is too long", path: "/query?wait=301", body: #"{"prompt":"a"}"#, status: 422,
      type: "validation"),
    Refusal(
      name: "a route that leads nowhere", body: #"{"prompt":"a","model":"acme/x"}"#, status: 422,
      type: "validation"),
  ]

  /// Arrays in arrays.
  static func nested(_ depth: Int) -> String {
    String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
  }

  /// Sends the request and looks at the whole answer.
  func check(_ api: SluiceAPI) async throws {
    let headers = headers.merging(["X-Request-Id": "my-id"]) { own, _ in own }
    let reply = try await api.call(
      method, path, headers: headers,
      body: bytes.map(ByteBuffer.init(bytes:)) ?? body.map(ByteBuffer.init(string:)))
    #expect(reply.status == status, "\(name): \(reply.body)")
    #expect(reply.headers["content-type"] == "application/problem+json", "\(name)")
    #expect(reply.headers["x-request-id"] == "my-id", "\(name)")
    #expect(reply.json["type"]?.string?.hasSuffix("/\(type)") == true, "\(name): \(reply.body)")
    #expect(reply.json["status"]?.integer == Int64(status), "\(name)")
    #expect(reply.json["title"]?.string?.isEmpty == false, "\(name)")
    #expect(reply.json["detail"]?.string?.isEmpty == false, "\(name)")
    #expect(reply.json["request_id"] == "my-id", "\(name)")
    #expect(reply.body.utf8.count < 16_384, "\(name): a refusal is short")
    if let header { #expect(reply.headers[header.name] == header.value, "\(name)") }
  }
}
