/// A team or product that asks: what it may ask, how much, and how its answers are kept.
public struct Tenant: Sendable, Hashable {
  /// What happens to targets without a known price while a hard budget stands.
  public enum Unpriced: String, Sendable, Hashable, CaseIterable {
    /// They count as free.
    case allow
    /// They are passed over.
    case refuse
  }

  /// What happens to jobs of the batch lane that a hard budget has no room for.
  public enum OverBudget: String, Sendable, Hashable, CaseIterable {
    case refuse
    /// They wait for the next period.
    case wait
  }

  /// For how long things are kept; nil where the installation's own times hold.
  public struct Retention: Sendable, Hashable {
    public var results: Duration?
    public var events: Duration?
    public var usage: Duration?

    public init(results: Duration? = nil, events: Duration? = nil, usage: Duration? = nil) {
      self.results = results
      self.events = events
      self.usage = usage
    }
  }

  /// Who is told of its budgets and limits.
  public struct Webhook: Sendable, Hashable {
    public let url: String
    /// Nil for all.
    public let events: [String]?

    public init(url: String, events: [String]? = nil) {
      self.url = url
      self.events = events
    }
  }

  public static let weights = 1...100

  public let id: TenantID
  /// For people; the id where nothing was said.
  public var name: String
  public var isEnabled = true
  /// Of the tenant as a whole.
  public var limits: [Limit] = []
  public var budgets: [Budget] = []
  /// Of each of its users.
  public var userLimits: [Limit] = []
  public var userBudgets: [Budget] = []
  public var models = AllowedModels.all
  /// The lane of requests that name none; nil leaves that to the route.
  public var lane: Lane?
  /// Its share in fair turns, within ``weights``.
  public var weight = 1
  public var cache = CacheSharing.own
  /// The time zone of its budgets, its keys' and its users', by its IANA name.
  public var timeZone = "UTC"
  public var unpriced = Unpriced.allow
  public var onBudget = OverBudget.refuse
  /// The names of secrets that the operator mounted, by provider.
  public var providerKeys: [String: String] = [:]
  public var retention = Retention()
  public var guards: [String] = []
  public var webhooks: [Webhook] = []
  public var metadata: JSONObject = [:]
  /// Unix milliseconds; 0 for what was never stored.
  public var createdAt: Int64 = 0
  public var updatedAt: Int64 = 0

  /// A tenant without any bounds, as `default` is until somebody says more.
  public init(id: TenantID) {
    self.id = id
    name = id.rawValue
  }
}
