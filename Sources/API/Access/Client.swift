import Shared

/// Who asks: one tenant's, as the key says. A class, since each step of a request has it at hand.
final class Client: Sendable {
  let policy: AccessPolicy
  let holder: KeyHolder
  let origin: RequestOrigin
  /// `RATE_LIMIT`, which is of `SERVICE_API_KEY` alone.
  let rates: [RateDemand]

  init(policy: AccessPolicy, holder: KeyHolder, origin: RequestOrigin, rates: [RateDemand]) {
    self.policy = policy
    self.holder = holder
    self.origin = origin
    self.rates = rates
  }

  var tenant: String { policy.tenant.id.rawValue }

  /// Whether it reads all that is its tenant's, or what its own key made alone.
  var readsTenant: Bool { policy.scopes.allow(.read) }

  /// Whether it may see what that key made; nil for `SERVICE_API_KEY`.
  func mayRead(madeBy key: String?) -> Bool { readsTenant || key == policy.key?.id.rawValue }

  /// Whom a client's own names are told apart by, such as an `Idempotency-Key`: nobody finds by them what he may not read.
  var owner: String {
    guard !readsTenant, let key = policy.key else { return tenant }
    return "\(tenant)\u{1}\(key.id)"
  }

  /// The limits of which answers tell what is left; of a refused request those of its user, too, and of the kind of limit
  /// that refuses it that one alone.
  func reported(at now: Int64, of refusal: LimitRefusal? = nil) -> [RateDemand] {
    guard policy.hasBounds else { return rates }
    var rates = rates + policy.everyBound(user: refusal?.user, at: now).rates
    if case .rate(let refusing, _)? = refusal?.cause {
      rates.removeAll { $0.unit == refusing.unit && $0.subject != refusing.subject }
    }
    return rates
  }

  func judged(by policy: AccessPolicy) -> Client {
    Client(policy: policy, holder: holder, origin: origin, rates: rates)
  }
}
