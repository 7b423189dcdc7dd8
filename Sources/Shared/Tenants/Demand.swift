/// What a request takes of the limits and budgets of whoever asks, looked at and taken in the step that admits it.
public struct Demand: Sendable, Hashable {
  /// The records by which it was judged. A step that finds newer ones takes nothing, and the request is judged anew.
  public var judgedBy: AccessVersion
  /// The id of the key, `key_…`; nil for `SERVICE_API_KEY`.
  public var key: String?
  /// The user that the client names, 1 to 256 characters.
  public var user: String?
  public var rates: [RateDemand] = []
  public var queued: [QueuedDemand] = []
  public var running: [RunningDemand] = []
  public var budgets: [BudgetDemand] = []
  /// Whether targets without a known price are passed over. The stored request says so: ``JobRequest/pricedOnly(_:)``.
  public var isPricedOnly = false

  public init(judgedBy: AccessVersion = AccessVersion(), key: String? = nil, user: String? = nil) {
    self.judgedBy = judgedBy
    self.key = key
    self.user = user
  }
}

/// Which records of tenant and key a process has read.
public struct AccessVersion: Sendable, Hashable {
  /// Each change of the record adds one; 0 where there is none.
  public var tenant: Int
  public var key: Int
  /// Until when the key is good (Unix milliseconds, by the clock of Redis); nil for one without an end.
  public var goodUntil: Int64?

  public init(tenant: Int = 0, key: Int = 0, goodUntil: Int64? = nil) {
    self.tenant = tenant
    self.key = key
    self.goodUntil = goodUntil
  }
}

/// Whose limit or budget it is.
public enum LimitScope: String, Sendable, Hashable {
  case tenant, user, key
}

/// So many requests or tokens in a window, grown back evenly (GCRA).
public struct RateDemand: Sendable, Hashable {
  public enum Unit: String, Sendable, Hashable { case requests, tokens }

  /// Whom it counts, such as `t:search` or `k:key_01…:openai/gpt-4o`: a part of the key in Redis.
  public var subject: String
  public var scope: LimitScope
  public var unit: Unit
  /// The most in a window.
  public var most: Int
  public var window: RateLimit.Window
  /// How many the request takes: 1 request, or the tokens that it may use.
  public var amount: Int

  public init(
    subject: String, scope: LimitScope, unit: Unit, most: Int, window: RateLimit.Window, amount: Int = 1
  ) {
    self.subject = subject
    self.scope = scope
    self.unit = unit
    self.most = most
    self.window = window
    self.amount = amount
  }
}

/// So many jobs, or bytes of their requests, that wait.
public struct QueuedDemand: Sendable, Hashable {
  public enum Unit: String, Sendable, Hashable { case jobs, bytes }

  public var subject: String
  public var scope: LimitScope
  public var unit: Unit
  public var most: Int
  /// 1 job, or the bytes of the request.
  public var amount: Int

  public init(subject: String, scope: LimitScope, unit: Unit, most: Int, amount: Int) {
    self.subject = subject
    self.scope = scope
    self.unit = unit
    self.most = most
    self.amount = amount
  }
}

/// So many jobs at once: what is over it waits in its lane.
public struct RunningDemand: Sendable, Hashable {
  public var subject: String
  public var scope: LimitScope
  public var most: Int

  public init(subject: String, scope: LimitScope, most: Int) {
    self.subject = subject
    self.scope = scope
    self.most = most
  }
}

/// So much money in a period, of which the request may cost a part.
public struct BudgetDemand: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable { case hard, soft }

  public var subject: String
  public var scope: LimitScope
  public var kind: Kind
  public var most: NanoDollars
  /// The most that the request can cost.
  public var amount: NanoDollars
  /// The period (Unix milliseconds); from 0 to the greatest number for a budget for life. A step that finds the clock of
  /// Redis outside of it takes nothing, and the request is judged anew.
  public var period: Range<Int64>
  /// Whether what does not fit waits for the next period instead of being refused.
  public var waits: Bool

  public init(
    subject: String, scope: LimitScope, kind: Kind, most: NanoDollars, amount: NanoDollars,
    period: Range<Int64>, waits: Bool = false
  ) {
    self.subject = subject
    self.scope = scope
    self.kind = kind
    self.most = most
    self.amount = amount
    self.period = period
    self.waits = waits
  }
}
