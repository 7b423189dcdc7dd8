import HTTPTypes
import NIOCore
import Shared

/// The OpenAPI 3.1 document of the routes that the server has.
struct OpenAPIDocument: Sendable {
  let json: JSONValue

  /// `version` is that of Sluice. Two routes with the same method and path must not be given.
  init(version: String, routes: [RouteDescription]) {
    json = [
      "openapi": "3.1.0",
      "info": [
        "title": "Sluice", "version": .string(version),
        "summary": "A gateway to language models with a durable queue.",
        "description": """
        Ask a model and wait for the answer, or enqueue a job and come back for it. A job that was accepted \
        is answered: providers are asked in turn, and again, until one answers or the job's time is over.
        """,
      ],
      "servers": [["url": "/", "description": "The server that serves this document."]],
      "tags": .array(Self.groups(of: routes).map { ["name": .string($0)] }),
      "paths": .object(Self.paths(of: routes)),
      "components": [
        "schemas": .object(Self.schemas(of: routes)),
        "securitySchemes": [
          "key": ["type": "apiKey", "in": "header", "name": "X-API-Key"],
          "bearer": ["type": "http", "scheme": "bearer"],
        ],
      ],
      "x-problems": .array(ProblemKind.allCases.map(Self.describe)),
    ]
  }

  /// The document as it is served.
  var bytes: ByteBuffer { json.serialized() }

  private static func groups(of routes: [RouteDescription]) -> [String] {
    routes.map(\.group).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  private static func schemas(of routes: [RouteDescription]) -> JSONObject {
    routes.compactMap(\.requestBody).reduce(into: AnswerSchema.components) { $0[$1.name] = $1.schema }
  }

  private static func describe(_ kind: ProblemKind) -> JSONValue {
    [
      "type": .string(kind.uri), "status": .integer(Int64(kind.status.code)),
      "title": .string(kind.title), "description": .string(kind.meaning),
    ]
  }

  private static func paths(of routes: [RouteDescription]) -> JSONObject {
    var paths = JSONObject()
    for route in routes {
      var item = paths[route.path]?.object ?? [:]
      item[route.method.rawValue.lowercased()] = .object(operation(route))
      paths[route.path] = .object(item)
    }
    return paths
  }
}

// MARK: - Operations

extension OpenAPIDocument {
  private static func operation(_ route: RouteDescription) -> JSONObject {
    var operation: JSONObject = [
      "operationId": .string(operationID(of: route)),
      "tags": [.string(route.group)],
      "summary": .string(route.summary),
      "description": .string(route.description),
    ]
    if !route.parameters.isEmpty {
      operation["parameters"] = .array(route.parameters.map { .object(parameter($0)) })
    }
    if let body = route.requestBody {
      operation["requestBody"] = [
        "required": true,
        "content": [
          "application/json": ["schema": AnswerSchema.reference(body.name), "example": body.example]
        ],
      ]
    }
    operation["responses"] = .object(responses(of: route))
    // An empty list says that no key is needed, whatever else the document says.
    operation["security"] = .array(security(of: route.access))
    return operation
  }

  /// Alternatives, with the scopes that a key needs; an empty one says that it goes without.
  private static func security(of access: RouteDescription.Access) -> [JSONValue] {
    let schemes = ["key", "bearer"]
    switch access {
    case .open: return []
    case .optionalKey: return [[:]] + schemes.map { [$0: []] }
    case .asking, .scopes:
      return (access.scopes ?? []).flatMap { scope in
        schemes.map { .object([$0: [.string(scope.rawValue)]]) }
      }
    }
  }

  /// `GET /jobs/{id}` is `getJobsById`.
  private static func operationID(of route: RouteDescription) -> String {
    let words = route.path.split { "/{}.-_:".contains($0) }.map { $0.prefix(1).uppercased() + $0.dropFirst() }
    let isOfOne = route.path.hasSuffix("}")
    let path = isOfOne ? words.dropLast().joined() + "By" + (words.last ?? "") : words.joined()
    return route.method.rawValue.lowercased() + path
  }

  private static func parameter(_ parameter: ParameterDescription) -> JSONObject {
    var object: JSONObject = [
      "name": .string(parameter.name), "in": .string(parameter.location.rawValue),
      "required": .bool(parameter.location == .path),
      "description": .string(parameter.description), "schema": parameter.schema,
    ]
    if let example = parameter.example { object["example"] = example }
    return object
  }

  private static func responses(of route: RouteDescription) -> JSONObject {
    var responses = JSONObject()
    for response in route.responses {
      let status = String(response.status.code)
      responses[status] = .object(self.response(response, joining: responses[status]?.object))
    }
    let shape = ErrorShape(path: route.path)
    for kind in problems(of: route) {
      let status = String(shape.status(of: kind).code)
      // A route may answer one status with a body of its own or with several kinds of problem.
      let known = responses[status]?.object
      responses[status] = .object(problem(shape.sentence(of: kind), kind, in: shape, joining: known))
    }
    if shape != .problemDetails, route.problems.contains(.allProvidersFailed) {
      let status = String(HTTPResponse.Status.badRequest.code)
      responses[status] = .object(
        problem(shape.refusal, .badRequest, in: shape, joining: responses[status]?.object))
    }
    let common = commonHeaders(of: route)
    return responses.mapValues { response in
      var response = response.object ?? [:]
      response["headers"] = joined(response["headers"], common)
      return .object(response)
    }
  }

  /// What asks the queue can find it away, and can be told what it does not understand; so can what looks at keys.
  private static func problems(of route: RouteDescription) -> [ProblemKind] {
    let problems = route.problems + route.access.problems.filter { !route.problems.contains($0) }
    return problems.contains(.unavailable) && !problems.contains(.internalError)
      ? problems + [.internalError] : problems
  }

  /// Every answer has them; the others only those to keys with such a limit.
  private static func commonHeaders(of route: RouteDescription) -> [(name: String, description: String)] {
    let id = ("X-Request-Id", "The request's id: that of the request's own header, or a new one.")
    guard route.access != .open else { return [id] }
    return [
      id,
      ("RateLimit-Limit", "The most requests of the key's limit; likewise `-Remaining`, `-Reset` (seconds)."),
      (
        "x-ratelimit-limit-requests",
        "The same as OpenAI's clients read it; likewise `-remaining-`, `-reset-`, and `-tokens` in the place of `-requests`."
      ),
    ]
  }

  private static func joined(
    _ known: JSONValue?, _ more: [(name: String, description: String)]
  ) -> JSONValue {
    .object((known?.object ?? [:]).merging(headers(more).object ?? [:]) { first, _ in first })
  }

  /// A status may have answers of several content types.
  private static func response(
    _ response: ResponseDescription, joining known: JSONObject?
  ) -> JSONObject {
    let earlier = known?["description"]?.string.map { "\($0) " } ?? ""
    var object: JSONObject = ["description": .string(earlier + response.description)]
    if known?["headers"] != nil || !response.headers.isEmpty {
      object["headers"] = joined(known?["headers"], response.headers)
    }
    object["content"] = known?["content"]
    var content = JSONObject()
    if let schema = response.schema { content["schema"] = schema }
    if let example = response.example { content["example"] = example }
    if !content.isEmpty || response.contentType != "application/json" {
      object["content", default: [:]] = .object(
        (known?["content"]?.object ?? [:]).merging([response.contentType: .object(content)]) { $1 })
    }
    return object
  }

  private static func problem(
    _ sentence: String, _ kind: ProblemKind, in shape: ErrorShape, joining known: JSONObject?
  ) -> JSONObject {
    var object = known ?? [:]
    let sentences = [known?["description"]?.string, sentence].compactMap { $0 }
    object["description"] = .string(sentences.joined(separator: " "))
    var content = known?["content"]?.object ?? [:]
    content[shape.contentType] = ["schema": AnswerSchema.reference(shape.schemaName)]
    object["content"] = .object(content)
    let extra = problemHeaders(kind, in: shape)
    if !extra.isEmpty { object["headers"] = joined(known?["headers"], extra) }
    return object
  }

  private static func problemHeaders(
    _ kind: ProblemKind, in shape: ErrorShape
  ) -> [(name: String, description: String)] {
    switch kind {
    case .allProvidersFailed where shape != .problemDetails:
      [("x-should-retry", "`false`: what failed for good would only fail again.")]
    case .unauthorized: [("WWW-Authenticate", "`Bearer`.")]
    case .methodNotAllowed: [("Allow", "The methods that the route has.")]
    case .rateLimited, .unavailable: [("Retry-After", "Whole seconds to wait, at least 1.")]
    case .gone: [("x-should-retry", "`false`: the same request finds the same again.")]
    case .unacknowledged:
      [
        ("Retry-After", "Where it may be sent again."),
        ("x-should-retry", "`false` where it might be done twice."),
      ]
    case .budgetExceeded: [("x-should-retry", "`false`: no waiting within the period helps.")]
    default: []
    }
  }

  private static func headers(_ headers: [(name: String, description: String)]) -> JSONValue {
    let pairs = headers.map { header in
      let object: JSONValue = [
        "description": .string(header.description), "schema": ["type": "string"],
      ]
      return (header.name, object)
    }
    return .object(JSONObject(pairs, uniquingKeysWith: { first, _ in first }))
  }
}
