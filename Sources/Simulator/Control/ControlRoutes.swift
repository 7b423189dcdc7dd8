import HTTPTypes
import Hummingbird
import NIOCore
import Shared

/// What tests ask of the simulator itself, below `/_simulator/`.
struct ControlRoutes: Sendable {
  static let prefix = "/_simulator/"

  let script: Script
  let log: RequestLog
  let tally: Tally

  func respond(to request: ReceivedRequest) -> Response {
    switch (request.method, request.path.dropFirst(Self.prefix.count)) {
    case (.get, "health"):
      return Self.json(["status": "ok"])
    case (.get, "stats"):
      return Self.json(tally.json)
    case (.get, "requests"):
      return requests(of: request.queryValue("provider"))
    case (.delete, "requests"):
      log.removeAll()
      tally.reset()
      return Response(status: .noContent)
    case (.put, "rules"):
      return replaceRules(request.body)
    case (.delete, "rules"):
      script.replaceRules([])
      return Response(status: .noContent)
    default:
      return Self.refuse("there is no \(request.method) \(request.path) here", status: .notFound)
    }
  }

  private func requests(of name: String?) -> Response {
    guard let name, !name.isEmpty else { return Self.json(log.entries(of: nil)) }
    guard let provider = SimulatedProvider(rawValue: name) else {
      return Self.refuse("there is no provider \"\(name)\"")
    }
    return Self.json(log.entries(of: provider))
  }

  private func replaceRules(_ body: ByteBuffer) -> Response {
    do {
      guard let rules = try JSONParser.parse(body).array else { throw ScriptError("rules must be an array") }
      script.replaceRules(try rules.enumerated().map { try Rule($1, place: "rules[\($0)]") })
      return Self.json(["rules": .integer(Int64(rules.count))])
    } catch {
      return Self.refuse("\(error)")
    }
  }

  static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: value.serialized()))
  }

  static func refuse(_ message: String, status: HTTPResponse.Status = .badRequest) -> Response {
    json(["error": ["message": .string(message)]], status: status)
  }
}
