import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Shared

/// Takes every request from its route to its answer: key, handler, errors, and the headers of every answer.
struct APIResponder: HTTPResponder {
  let routes: RouteTable
  let authenticator: Authenticator
  let addresses: ClientAddress
  let limits: LimitPolicy
  let crossOrigin: CrossOriginPolicy
  let queue: JobQueue
  let bodies: BodyBudget
  let drain: DrainSwitch
  let gate: StartGate
  let logger: Logger

  func respond(to request: Request, context: APIContext) async throws -> Response {
    let id = RequestID(request.headers.value(of: .requestID))
    let crossOriginHeaders = crossOrigin.headers(for: request.head)
    var headers: HTTPFields = [.requestID: id.description]
    if let preflight = crossOrigin.preflight(request.head) {
      headers.append(contentsOf: preflight)
      return Response(status: .noContent, headers: headers)
    }
    if let crossOriginHeaders { headers.append(contentsOf: crossOriginHeaders) }
    var client: Client?
    let reply: Reply
    let hold = BodyHold(bodies)
    defer { hold.release() }
    do throws(Problem) {
      let (route, parameters) = try find(request)
      client = try admit(request, context, to: route)
      if !gate.isOpen, route.description.access != .open {
        throw .unavailable(.redisIsAway, retryAfter: .seconds(1))
      }
      guard !request.headers.expectsUnknown else { throw .expectationFailed }
      reply = try await route.handler(
        Call(
          request: request, id: id, parameters: parameters, client: client, channel: context.channel,
          hold: hold))
    } catch {
      reply = refusal(
        error, id, ErrorShape(path: routes.canonicalPath(of: request.uri.path) ?? request.uri.path))
    }
    if let client, let state = await limitState(reply, client) { headers.addLimit(state) }
    headers.append(contentsOf: reply.headers)
    // A client that keeps its connection shall take its next request elsewhere.
    if drain.isOn { headers[.connection] = "close" }
    return response(to: request, reply, headers)
  }

  private func find(_ request: Request) throws(Problem) -> (Route, parameters: [String: String]) {
    switch routes.match(request.method, request.uri.path) {
    case .found(let route, let parameters): return (route, parameters)
    case .otherMethod(let allowed): throw .methodNotAllowed(allowed: allowed)
    case .nothing: throw .routeNotFound
    }
  }

  /// Nil for a route that asks no tenant's key.
  private func admit(_ request: Request, _ context: APIContext, to route: Route) throws(Problem) -> Client? {
    guard route.description.access != .open else { return nil }
    switch (route.description.access, authenticator.principal(of: request.headers)) {
    case (_, nil): throw .unauthorized
    case (.tenant, .tenant(let tenant)):
      return Client(
        tenant: tenant,
        limits: limits.demands(
          key: tenant, address: addresses.of(peer: context.peerAddress, headers: request.headers)))
    case (.admin, .admin): return nil
    case (.admin, _): throw .forbidden(.scope("admin"))
    case (_, .admin): throw .forbidden(.scope("jobs"))
    default: throw .unauthorized
    }
  }

  private func refusal(_ problem: Problem, _ id: RequestID, _ shape: ErrorShape) -> Reply {
    if case .internalError = problem {
      logger.error("a request could not be answered", metadata: ["request_id": "\(id)"])
    }
    let rendered = shape.render(problem, requestID: id.description)
    return Reply(rendered.status, content: .whole(rendered.body), headers: rendered.headers)
  }

  /// What is left of the client's limit: as the handler learned it, else asked for. Without Redis there is
  /// nothing to say, and the answer goes out without.
  private func limitState(_ reply: Reply, _ client: Client) async -> RateLimitState? {
    if let limit = reply.limit { return limit }
    guard !client.limits.isEmpty, reply.status != .serviceUnavailable else { return nil }
    return try? await queue.limits(client.limits).requests
  }

  private func response(to request: Request, _ reply: Reply, _ headers: HTTPFields) -> Response {
    switch (reply.content, request.method) {
    case (.whole(let body), .head):
      var headers = headers
      headers[.contentLength] = String(body.readableBytes)
      return Response(status: reply.status, headers: headers)
    case (.whole(let body), _):
      return Response(status: reply.status, headers: headers, body: ResponseBody(byteBuffer: body))
    case (.stream, .head):
      return Response(status: reply.status, headers: headers)
    case (.stream(let write), _):
      return Response(status: reply.status, headers: headers, body: ResponseBody(write))
    }
  }
}
