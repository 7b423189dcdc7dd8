import HTTPTypes
import NIOCore
import Shared
import Testing

@testable import API

@Suite("The OpenAPI document")
struct OpenAPIDocumentTests {
  static let document = OpenAPIDocument(version: "9.8.7", routes: DocumentationFixture.routes).json

  @Test("says what it is and how to authenticate")
  func head() {
    #expect(Self.document["openapi"] == "3.1.0")
    #expect(Self.document["info"]?["version"] == "9.8.7")
    #expect(Self.document["servers"]?[0]?["url"] == "/")
    let schemes = Self.document["components"]?["securitySchemes"]
    #expect(schemes?["key"] == ["type": "apiKey", "in": "header", "name": "X-API-Key"])
    #expect(schemes?["bearer"] == ["type": "http", "scheme": "bearer"])
  }

  @Test("lists every route under its path and method, open ones without security")
  func routes() {
    let paths = Self.document["paths"]
    #expect(paths?.object?.keys.elements == ["/query", "/jobs", "/jobs/{id}", "/v1/embeddings", "/health"])
    #expect(paths?["/jobs/{id}"]?.object?.keys.elements == ["get", "delete"])
    #expect(paths?["/jobs/{id}"]?["get"]?["operationId"] == "getJobsById")
    #expect(paths?["/query"]?["post"]?["security"] == [["key": ["ask"]], ["bearer": ["ask"]]])
    #expect(
      paths?["/jobs/{id}"]?["get"]?["security"]
        == [["key": ["ask"]], ["bearer": ["ask"]], ["key": ["read"]], ["bearer": ["read"]]])
    #expect(paths?["/health"]?["get"]?["security"] == [])
  }

  @Test("gives one status all of its problems, and the route's own body where there is one")
  func sharedStatus() throws {
    let responses = try #require(Self.document["paths"]?["/health"]?["get"]?["responses"])
    let content = try #require(responses["503"]?["content"]?.object)
    #expect(content.keys.elements == ["application/json", "application/problem+json"])
    let bad = Self.document["paths"]?["/query"]?["post"]?["responses"]?["400"]?["description"]?.string
    #expect(bad == "\(ProblemKind.badRequest.meaning) \(ProblemKind.invalidJSON.meaning)")
  }

  @Test("gives errors the form of their routes: OpenAI's under /v1, problem details elsewhere")
  func errorForms() throws {
    func errors(_ path: String) throws -> [String: JSONValue] {
      let responses = try #require(Self.document["paths"]?[path]?["post"]?["responses"]?.object)
      return Dictionary(
        uniqueKeysWithValues: responses.filter { ($0.key.first ?? "2") >= "4" }.map { ($0, $1) })
    }
    let openAI = try errors("/v1/embeddings")
    #expect(
      Set(openAI.keys) == [
        "400", "401", "403", "404", "408", "409", "410", "413", "415", "417", "429", "500", "502", "503",
        "504",
      ])
    for (status, response) in openAI {
      #expect(
        response["content"]
          == ["application/json": ["schema": AnswerSchema.reference("OpenAIError")]], "\(status)")
    }
    #expect(openAI["400"]?["description"]?.string?.hasSuffix("`code` is `request_refused`.") == true)
    #expect(openAI["502"]?["headers"]?["x-should-retry"] != nil)
    for (status, response) in try errors("/query") {
      #expect(
        response["content"]
          == ["application/problem+json": ["schema": AnswerSchema.reference("Problem")]], "\(status)")
    }
    let error = Problem.validation(ValidationErrors(ValidationIssue(.missing, at: ["body", "model"])))
    let sent = try JSONParser.parse(error.openAIError(requestID: "r").body)
    let schema = Self.document["components"]?["schemas"]?["OpenAIError"]
    let sometimes: Set = ["cascade_path", "limit", "scope", "retry_after"]
    try expectSameMembers(sent["error"], schema?["properties"]?["error"], besides: sometimes)
    try expectSameMembers(
      schema?["examples"]?[0]?["error"], schema?["properties"]?["error"], besides: sometimes)
  }

  @Test("tells what looking at a key may answer, and the headers that every answer has")
  func everywhere() throws {
    let responses = try #require(Self.document["paths"]?["/jobs/{id}"]?["get"]?["responses"]?.object)
    for status in ["401", "403", "429", "500", "503"] { #expect(responses[status] != nil, "\(status)") }
    #expect(responses["429"]?["headers"]?["Retry-After"] != nil)
    for path in try #require(Self.document["paths"]?.object).values {
      for operation in path.object?.values.elements ?? [] {
        for (status, response) in operation["responses"]?.object ?? [:] {
          #expect(response["headers"]?["X-Request-Id"]?["schema"] != nil, "\(status)")
        }
      }
    }
    #expect(RouteDescription.Access.optionalKey.problems == [.unauthorized, .rateLimited])
    #expect(RouteDescription.Access.open.problems.isEmpty)
  }

  @Test("lets members be null that may be absent, of schemas written by hand, too")
  func nulls() {
    let members: JSONObject = [
      "model": ["type": "string"], "stream": ["type": "boolean"], "system": ["type": ["string", "array"]],
    ]
    #expect(
      members.orNull(besides: ["model"]) == [
        "model": ["type": "string"], "stream": ["type": ["boolean", "null"]],
        "system": ["type": ["string", "array", "null"]],
      ])
  }

  @Test("names callback_url only where callbacks are on, and the field keeps its sentence")
  func callbacks() {
    func names(_ policy: CallbackPolicy) -> [String] {
      let schema = Submission.jobSchema(
        limits: SubmissionFixture.limits, catalogs: SubmissionFixture.catalogs, callbacks: policy)
      return schema.openAPISchema["properties"]?.object.map { Array($0.keys) } ?? []
    }
    #expect(names(SubmissionFixture.callbacks).contains("callback_url"))
    #expect(!names(CallbackPolicy()).contains("callback_url"))
    #expect(names(CallbackPolicy()).contains("delay_seconds"))
  }

  @Test("has every reference that it makes")
  func references() throws {
    let schemas = try #require(Self.document["components"]?["schemas"]?.object)
    let names = references(in: Self.document)
    #expect(names.count > 10)
    for name in names { #expect(schemas[name] != nil, "there is no schema \(name)") }
  }

  private func references(in value: JSONValue) -> [String] {
    switch value {
    case .array(let elements): elements.flatMap(references)
    case .object(let members):
      members.flatMap { name, member in
        name == "$ref" ? [String(member.string?.split(separator: "/").last ?? "")] : references(in: member)
      }
    default: []
    }
  }

  @Test("gives examples that the routes accept")
  func examples() throws {
    for route in DocumentationFixture.routes {
      guard let body = route.requestBody else { continue }
      #expect(SubmissionFixture.job.decode(body.example).issues == [])
    }
  }

  @Test("gives an answer the members that the stored answer has")
  func answerMembers() throws {
    let result = JobResult(
      response: "r", provider: "p", model: "m", finishReason: .stop,
      usage: TokenUsage(promptTokens: 1, completionTokens: 2), cost: .zero, latency: .zero,
      cascadePath: [CascadeStep(provider: "p", model: "m", status: .success, reason: nil, latency: .zero)])
    let stored = try JSONParser.parse(result.encoded())
    let schemas = try #require(Self.document["components"]?["schemas"])
    try expectSameMembers(stored, schemas["JobResult"], besides: ["cached"])
    try expectSameMembers(stored, schemas["QueryAnswer"], besides: ["cached", "id"])
    try expectSameMembers(stored["usage"], schemas["Usage"])
    try expectSameMembers(stored["cascade_path"]?[0], schemas["CascadeStep"], besides: ["provider_key"])
    let failure = JobFailure(code: .requestRefused, message: "m", providerError: ProviderError(code: "c"))
    let error = try JSONParser.parse(failure.encoded())
    try expectSameMembers(error, schemas["JobError"], besides: ["limit", "scope"])
    try expectSameMembers(error["provider_error"], schemas["JobError"]?["properties"]?["provider_error"])
    #expect(schemas["JobError"]?["required"] == ["code", "message", "cascade_path"])
  }

  @Test("gives a job and an answer the members that are sent")
  func sentMembers() throws {
    let schemas = try #require(Self.document["components"]?["schemas"])
    let id = JobID(unixMilliseconds: 0)
    let admission = Admission(
      id: id, tenant: "t", lane: .batch, model: "default", request: ByteBuffer(), metadata: nil, weight: 1,
      expiresIn: .seconds(1), replyChannel: nil, cache: .off, recordsCacheHit: false)
    let job = try JSONParser.parse(JobResource(admitted: admission, created: 0).json)
    try expectSameMembers(job, schemas["JobResource"])
    let stored = ByteBuffer(string: #"{"status":"success"}"#)
    let answer = try JSONParser.parse(QueryAnswer.json(id: id, isCached: true, result: stored))
    #expect(answer == ["id": .string(id.rawValue), "cached": true, "status": "success"])
  }

  @Test("gives examples that have the members of their schemas")
  func exampleMembers() throws {
    let schemas = try #require(Self.document["components"]?["schemas"])
    for name in ["QueryAnswer", "JobResource", "Health"] {
      try expectSameMembers(schemas[name]?["examples"]?[0], schemas[name])
    }
    try expectSameMembers(schemas["JobResource"]?["examples"]?[0]?["result"], schemas["JobResult"])
    try expectSameMembers(
      schemas["Problem"]?["examples"]?[0], schemas["Problem"],
      besides: ["cascade_path", "limit", "scope", "retry_after"])
    let id = try #require(schemas["QueryAnswer"]?["examples"]?[0]?["id"]?.string)
    #expect(JobID(rawValue: id) != nil)
  }

  private func expectSameMembers(
    _ value: JSONValue?, _ schema: JSONValue?, besides others: Set<String> = []
  ) throws {
    let members = Set(try #require(value?.object).keys)
    let declared = Set(try #require(schema?["properties"]?.object).keys)
    #expect(declared == members.union(others))
  }

  @Test("explains every kind of problem")
  func problems() throws {
    let problems = try #require(Self.document["x-problems"]?.array)
    #expect(problems.map { $0["type"]?.string } == ProblemKind.allCases.map(\.uri))
    for problem in problems { #expect(problem["description"]?.string?.hasSuffix(".") == true) }
  }

  @Test("is JSON that reads back as itself")
  func bytes() throws {
    let document = OpenAPIDocument(version: "1", routes: DocumentationFixture.routes)
    #expect(try JSONParser.parse(document.bytes).description == document.json.description)
  }
}
