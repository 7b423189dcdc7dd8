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
  let clock: RedisClock
  let bodies: BodyBudget
  let drain: DrainSwitch
  let gate: StartGate
  /// Nil where no traces are exported.
  var tracer: SpanTracer?
  let log: RequestLog
  let logger: Logger
  /// Told by the connections of the same server.
  let departed: DepartedClients

  func respond(to request: Request, context: APIContext) async throws -> Response {
    let id = RequestID(request.headers.value(of: .requestID))
    let trail = RequestTrail()
    let crossOriginHeaders = crossOrigin.headers(for: request.head)
    var headers: HTTPFields = [.requestID: id.description]
    // As many as most answers have, with those of the server: they are not moved while they come.
    headers.reserveCapacity(16)
    if let preflight = crossOrigin.preflight(request.head) {
      headers.append(contentsOf: preflight)
      return response(
        to: request, Reply(.noContent, content: .whole(ByteBuffer()), headers: [:]), headers, id, trail,
        context)
    }
    let isAnthropics = request.isAnthropics
    if isAnthropics { headers[.anthropicRequestID] = id.description }
    if let crossOriginHeaders { headers.append(contentsOf: crossOriginHeaders) }
    var client: Client?
    var refusedBy: LimitRefusal?
    var trace: RequestTrace?
    let reply: Reply
    let hold = BodyHold(bodies)
    defer { hold.release() }
    do throws(Problem) {
      let (route, parameters) = try find(request)
      trail.isAt(route.description, parameters)
      let origin = RequestOrigin(addresses, context, request.headers)
      if let tracer { trace = .of(request, to: route, by: tracer, id, origin) }
      trail.isIn(trace)
      let principal = try await principal(of: request, from: origin, to: route, trail)
      client = principal.flatMap { self.client($0, origin) }
      if !gate.isOpen, route.description.access.scopes != nil {
        throw .unavailable(.redisIsAway, retryAfter: .seconds(1))
      }
      guard !request.headers.expectsUnknown else { throw .expectationFailed }
      reply = try await route.handler(
        Call(
          request: request, id: id, parameters: parameters, principal: principal, client: client,
          origin: origin, channel: context.channel, hold: hold, trail: trail, trace: trace))
    } catch {
      if case .limitReached(let refusal, _) = error { refusedBy = refusal }
      log.metrics.refused(error)
      reply = refusal(
        error, id, ErrorShape(path: routes.canonicalPath(of: request.uri.path) ?? request.uri.path))
    }
    if let client, let states = await limitStates(reply, client, refusedBy) {
      headers.addLimits(states)
      if isAnthropics { headers.addAnthropicLimits(states, at: clock.now) }
    }
    headers.append(contentsOf: reply.headers)
    // Also of the body that a HEAD is not sent. Set later on, it would make a copy of all headers.
    if case .whole(let body) = reply.content {
      headers.append(HTTPField(name: .contentLength, value: String(body.readableBytes)))
    }
    // A client that keeps its connection shall take its next request elsewhere.
    if drain.isOn { headers[.connection] = "close" }
    return response(
      to: request, trace?.following(reply, to: request, about: trail.facts.job) ?? reply, headers, id, trail,
      context)
  }

  private func find(_ request: Request) throws(Problem) -> (Route, parameters: [String: String]) {
    switch routes.match(request.method, request.uri.path) {
    case .found(let route, let parameters): return (route, parameters)
    case .otherMethod(let allowed): throw .methodNotAllowed(allowed: allowed)
    case .nothing: throw .routeNotFound
    }
  }

  /// Whose key a request has, which may do what the route does; nil where none is looked at. Whose it is goes to the trail,
  /// also of one that may not.
  private func principal(
    of request: Request, from origin: RequestOrigin, to route: Route, _ trail: RequestTrail
  ) async throws(Problem) -> Principal? {
    let access = route.description.access
    if access == .open || access == .optionalKey && !authenticator.hasKey(request.headers) { return nil }
    let others = GoogleKeys.areTaken(at: route.description.path) ? GoogleKeys.of(request) : []
    guard let scopes = access.scopes else {
      let principal = try await optionalPrincipal(of: request, and: others, from: origin)
      trail.isOf(principal)
      return principal
    }
    let principal = try await authenticator.principal(
      of: request.headers, and: others, from: origin, isFresh: access != .asking)
    trail.isOf(principal)
    do throws(Problem) {
      try principal.check(scopes, from: origin)
      return principal
    } catch {
      guard access == .asking else { throw error }
      // What is known may be old: nobody is refused by that.
      let current = try await authenticator.current(principal)
      trail.isOf(current)
      try current.check(scopes, from: origin)
      return current
    }
  }

  /// Where no key is needed. While nobody can say whose it is, it is as if there were none.
  private func optionalPrincipal(
    of request: Request, and others: [String], from origin: RequestOrigin
  ) async throws(Problem) -> Principal? {
    do throws(Problem) {
      return try await authenticator.principal(of: request.headers, and: others, from: origin, isFresh: true)
    } catch {
      guard case .unavailable = error else { throw error }
      return nil
    }
  }

  /// The tenant's that asks; nil for an administrator of all tenants.
  private func client(_ principal: Principal, _ origin: RequestOrigin) -> Client? {
    guard case .key(let policy, let holder) = principal, policy.key?.tenant != .all else { return nil }
    let rates =
      holder == .service ? limits.demands(key: policy.tenant.id.rawValue, address: origin.address) : []
    return Client(policy: policy, holder: holder, origin: origin, rates: rates)
  }

  private func refusal(_ problem: Problem, _ id: RequestID, _ shape: ErrorShape) -> Reply {
    if case .internalError = problem {
      logger.error("a request could not be answered", metadata: ["request_id": "\(id)"])
    }
    let rendered = shape.render(problem, requestID: id.description)
    var reply = Reply(rendered.status, content: .whole(rendered.body), headers: rendered.headers)
    if case .limitReached(_, let limits) = problem { reply.limit = limits }
    return reply
  }

  /// What is left of the client's limits: as the handler learned it, else asked for. Without Redis there is
  /// nothing to say, and the answer goes out without.
  private func limitStates(
    _ reply: Reply, _ client: Client, _ refusal: LimitRefusal?
  ) async -> RateLimitStates? {
    if let limit = reply.limit { return limit }
    guard reply.status != .serviceUnavailable else { return nil }
    let rates = client.reported(at: clock.now, of: refusal)
    guard !rates.isEmpty else { return nil }
    return try? await queue.limits(rates)
  }
}
