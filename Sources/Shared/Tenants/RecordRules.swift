/// What records are checked against besides themselves.
public struct RecordRules: Sendable {
  /// Unix milliseconds: an expiry before it is none.
  public var now: Int64
  /// Whether a name means a route, a model or an alias here; it gets patterns too, as they were written.
  public var knowsModel: @Sendable (String) -> Bool
  /// The providers that a tenant may bring keys of; nil where that is not checked.
  public var providers: [String]?
  /// The policies of guards that there are; nil where that is not checked.
  public var guards: Set<String>?
  /// What is wrong with a webhook's URL, as a phrase.
  public var webhookFault: @Sendable (String) -> String?
  /// The events that a webhook may ask for; nil where that is not checked.
  public var webhookEvents: [String]?
  /// Of what a new key is that names no tenant; nil where it must.
  public var usualTenant: TenantReach?

  public init(
    now: Int64, knowsModel: @escaping @Sendable (String) -> Bool, providers: [String]? = nil,
    guards: Set<String>? = nil,
    webhookFault: @escaping @Sendable (String) -> String? = { _ in nil }, webhookEvents: [String]? = nil,
    usualTenant: TenantReach? = nil
  ) {
    self.now = now
    self.knowsModel = knowsModel
    self.providers = providers
    self.guards = guards
    self.webhookFault = webhookFault
    self.webhookEvents = webhookEvents
    self.usualTenant = usualTenant
  }
}
