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
  var status: Int
  var type: String
  /// A header that the answer has.
  var header: (name: String, value: String)?

  var testDescription: String { "\(status) \(name)" }

  static let all: [Refusal] = [
    Refusal(name: "no JSON", body: "{", status: 400, type: "invalid-json"),
    Refusal(name: "an empty body", body: "", status: 400, type: "invalid-json"),
    Refusal(
      name: "a duplicate key", body: #"{"prompt":"a","prompt":"b"}"#, status: 400, type: "invalid-json"),
    Refusal(
      name: "65 levels", body: String(repeating: "[", count: 65) + String(repeating: "]", count: 65),
      status: 400, type: "invalid-json"),
    Refusal(name: "a byte order mark", body: "\u{FEFF}{}", status: 400, type: "invalid-json"),
    Refusal(
      name: "a number without bounds", body: #"{"prompt":"a","seed":1e400}"#, status: 400,
      type: "invalid-json"),
    Refusal(name: "a lone surrogate", body: #"{"prompt":"\ud800"}"#, status: 400, type: "invalid-json"),
    Refusal(
      name: "no key", headers: ["X-API-Key": ""], body: "{}", status: 401, type: "unauthorized",
      header: ("www-authenticate", "Bearer")),
    Refusal(name: "a wrong key", headers: ["X-API-Key": "x"], body: "{}", status: 401, type: "unauthorized"),
    Refusal(
      name: "two keys that differ", headers: ["Authorization": "Bearer other"], body: "{}", status: 401,
      type: "unauthorized"),
    Refusal(name: "an unknown route", method: .GET, path: "/nothing", status: 404, type: "not-found"),
    Refusal(
      name: "an unknown job", method: .GET, path: "/jobs/job_000000000000000000000000000000000000",
      status: 404,
      type: "not-found"),
    Refusal(name: "what is no id", method: .GET, path: "/jobs/..%2f..%2fetc", status: 404, type: "not-found"),
    Refusal(
      name: "a method that the path does not have", method: .PUT, path: "/query", body: "{}", status: 405,
      type: "method-not-allowed", header: ("allow", "POST")),
    Refusal(
      name: "a body over the limit",
      body: #"{"prompt":""# + String(repeating: "x", count: 1_048_577) + #""}"#,
      status: 413, type: "body-too-large"),
    Refusal(
      name: "another Content-Type", headers: ["Content-Type": "text/plain"], body: "{}", status: 415,
      type: "unsupported-media-type"),
    Refusal(
      name: "no Content-Type", headers: ["Content-Type": ""], body: "{}", status: 415,
      type: "unsupported-media-type"),
    Refusal(name: "no prompt", body: "{}", status: 422, type: "validation"),
    Refusal(name: "an unknown field", body: #"{"prompt":"a","x":1}"#, status: 422, type: "validation"),
    Refusal(
      name: "a wait that is too long", path: "/query?wait=301", body: #"{"prompt":"a"}"#, status: 422,
      type: "validation"),
    Refusal(
      name: "a route that leads nowhere", body: #"{"prompt":"a","model":"acme/x"}"#, status: 422,
      type: "validation"),
  ]
}

@Suite("What is refused, and how", .serialized)
struct ErrorTests {
  @Test("every refusal has its status, its type, a sentence and the request's id")
  func table() async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      for row in Refusal.all {
        let headers = row.headers.merging(["X-Request-Id": "my-id"]) { own, _ in own }
        let reply = try await api.call(
          row.method, row.path, headers: headers, body: row.body.map { ByteBuffer(string: $0) })
        #expect(reply.status == row.status, "\(row.name): \(reply.body)")
        #expect(reply.headers["content-type"] == "application/problem+json", "\(row.name)")
        #expect(reply.headers["x-request-id"] == "my-id", "\(row.name)")
        #expect(reply.json["type"]?.string?.hasSuffix("/\(row.type)") == true, "\(row.name): \(reply.body)")
        #expect(reply.json["status"]?.integer == Int64(row.status), "\(row.name)")
        #expect(reply.json["title"]?.string?.isEmpty == false, "\(row.name)")
        #expect(reply.json["detail"]?.string?.isEmpty == false, "\(row.name)")
        #expect(reply.json["request_id"] == "my-id", "\(row.name)")
        if let header = row.header { #expect(reply.headers[header.name] == header.value, "\(row.name)") }
      }
      #expect(try await api.get("/health").json["queue"]?["depth"] == 0, "nothing refused was queued")
      await api.process.killNow()
    }
  }

  @Test("all that is wrong with a body is said at once")
  func allAtOnce() async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      let reply = try await api.post(
        "/query", ["prompt": "a", "max_tokens": 5000, "temperature": true, "colour": "red"])
      #expect(reply.status == 422)
      let errors = reply.json["errors"]?.array ?? []
      let places = Set(errors.compactMap { $0["loc"]?[1]?.string })
      #expect(places == ["max_tokens", "temperature", "colour"])
      let tokens = errors.first { $0["loc"]?[1] == "max_tokens" }
      #expect(tokens?["type"] == "less_than_equal")
      #expect(tokens?["ctx"]?["le"] == 2048)
      await api.process.killNow()
    }
  }

  @Test("a limit that is reached is a 429 with the time to come back")
  func rateLimited() async throws {
    try await SluiceCluster.with(environment: ["RATE_LIMIT": "1/minute"]) { cluster in
      let api = try await cluster.startAPI()
      let first = try await api.post("/jobs", ["prompt": "a"])
      #expect(first.status == 202 && first.headers["ratelimit-remaining"] == "0")
      let second = try await api.post("/query", ["prompt": "b"])
      #expect(second.status == 429)
      #expect(second.json["type"]?.string?.hasSuffix("rate-limited") == true)
      #expect(second.headers["x-ratelimit-remaining-requests"] == "0")
      let reading = try await api.get(try #require(first.headers["location"]))
      #expect(reading.status == 200, "reading does not count")
      #expect(reading.headers["ratelimit-limit"] == "1", "every answer to a key tells of its limit")
      await api.process.killNow()
    }
  }

  @Test("a full queue is a 503 with the time to come back")
  func queueFull() async throws {
    try await SluiceCluster.with(environment: ["MAX_QUEUE": "1"]) { cluster in
      let api = try await cluster.startAPI()
      #expect(try await api.post("/jobs", ["prompt": "a"]).status == 202)
      let reply = try await api.post("/jobs", ["prompt": "b"])
      #expect(reply.status == 503)
      #expect(reply.headers["retry-after"] != nil)
      #expect(reply.json["type"]?.string?.hasSuffix("unavailable") == true)
      await api.process.killNow()
    }
  }

  @Test("a Redis that stalls is a 503, and all is well again when it goes on")
  func stalledRedis() async throws {
    try await SluiceCluster.with(environment: ["REDIS_TIMEOUT_MS": "250"]) { cluster in
      let api = try await cluster.startAPI()
      cluster.redis.pause()
      let reply = try await api.post("/jobs", ["prompt": "a"])
      #expect(reply.status == 503)
      #expect(try await api.get("/health").status == 503)
      #expect(try await api.get("/health/ready").status == 503)
      #expect(try await api.get("/health/live").status == 200)
      cluster.redis.resume()
      try await eventually("jobs are taken again") {
        try await api.post("/jobs", ["prompt": "a"]).status == 202
      }
      await api.process.killNow()
    }
  }
}
