import Shared

/// Says what a request takes of its client's limits and budgets, and whether the client may ask it at all.
struct RequestJudge: Sendable {
  /// How often a request is judged whose client's records change all the while.
  static let mostTimes = 5

  let catalogs: CatalogSource
  let ring: KeyRing

  /// Throws ``Problem`` where the client may not ask that, or where the request alone is over a limit.
  ///
  /// - Parameter bytes: of the request's stored form.
  func demand(of order: JobOrder, by client: Client, bytes: Int) throws(Problem) -> Demand {
    let policy = client.policy
    let model = order.request.model
    do { try policy.check(model: model, alias: order.alias) } catch { throw .forbidden(error) }
    guard policy.hasBounds else {
      var demand = Demand(judgedBy: policy.version, key: policy.key?.id.rawValue, user: order.user)
      demand.rates = client.rates
      return demand
    }
    let asked = try asked(order, policy, bytes)
    do {
      var demand = try policy.demand(for: asked, at: ring.clock.now)
      demand.rates = client.rates + demand.rates
      demand.isPricedOnly = policy.passesOverUnpriced(
        model: model, alias: order.alias, user: order.user)
      return demand
    } catch { throw .limitReached(error) }
  }

  /// What a request takes that asks nobody: of limits of requests alone, and not of those of single models.
  func demand(ofChangeBy client: Client, user: String?) throws(Problem) -> Demand {
    var asked = AskedRequest(
      model: "", promptTokens: 0, maxTokens: 0, lane: .interactive, bytes: 0, user: user)
    asked.isRequestOnly = true
    do {
      var demand = try client.policy.demand(for: asked, at: ring.clock.now)
      demand.rates = client.rates + demand.rates
      return demand
    } catch { throw .limitReached(error) }
  }

  private func asked(
    _ order: JobOrder, _ policy: AccessPolicy, _ bytes: Int
  ) throws(Problem) -> AskedRequest {
    let model = order.request.model
    let catalog = catalogs.current
    // A name that leads nowhere any more is the worker's to refuse.
    let route = (try? catalog.route(for: model)) ?? ProviderRoute(name: model, targets: [])
    let passesOver = policy.passesOverUnpriced(model: model, alias: order.alias, user: order.user)
    var asked = catalog.asked(
      order.request, over: route, isPriced: policy.hasBudgets, lane: order.lane, bytes: bytes,
      user: order.user, passesOverUnpriced: passesOver)
    asked.mayBePutOff = order.mayBePutOff
    asked.alias = order.alias
    if passesOver, asked.targets.isEmpty, !route.targets.isEmpty {
      throw .forbidden(.isUnpriced(model: model, policy.tenant.id))
    }
    return asked
  }

  /// The client as the store says it is now. Throws ``Problem`` when it may ask no more.
  func renewed(_ client: Client) async throws(Problem) -> Client {
    let standing: KeyStanding
    do { standing = try await ring.renew(client.holder) } catch { throw Problem(error) }
    return try self.client(client, standing)
  }

  /// The same, looked up only where something has changed.
  func current(_ client: Client) async throws(Problem) -> Client {
    let standing: KeyStanding
    do { standing = try await ring.current(client.holder) } catch { throw Problem(error) }
    return try self.client(client, standing)
  }

  private func client(_ client: Client, _ standing: KeyStanding) throws(Problem) -> Client {
    guard case .good(let policy) = standing else { throw .unauthorized }
    try Principal.key(policy, client.holder).check([.ask], from: client.origin)
    return client.judged(by: policy)
  }
}
