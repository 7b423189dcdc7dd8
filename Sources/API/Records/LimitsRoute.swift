import Shared

/// `GET /usage/limits`: how much a key may still ask.
struct LimitsRoute: Sendable {
  let queue: JobQueue
  let clock: RedisClock

  var route: Route { Route(description, handler: show) }

  private func show(_ call: Call) async throws(Problem) -> Reply {
    guard let client = call.client else { throw .forbidden(.hasNoTenant) }
    let user = try call.user()
    var bounds = client.policy.everyBound(user: user, at: clock.now)
    bounds.rates = client.rates + bounds.rates
    let standing: Standing
    do { standing = try await queue.standing(of: bounds) } catch { throw Problem(error) }
    var members = LimitsJSON.render(bounds, standing, at: clock.now).object ?? [:]
    members["tenant"] = .string(client.tenant)
    members["key"] = client.policy.key.map { .string($0.id.rawValue) } ?? .null
    members["user"] = user.map(JSONValue.string) ?? .null
    return Reply(.ok, json: JSONValue.object(members).serialized())
  }
}
