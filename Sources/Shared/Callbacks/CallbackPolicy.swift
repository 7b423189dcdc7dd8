/// What the operator lets webhooks do.
public struct CallbackPolicy: Sendable {
  /// Whether URLs may be http, too.
  public let allowsHTTP: Bool
  public let `guard`: AddressGuard
  /// Nil turns webhooks off: nobody could tell a true one from a forged one.
  public let secret: WebhookSecret?

  public init(allowsHTTP: Bool = false, guard: AddressGuard = AddressGuard(), secret: WebhookSecret?) {
    self.allowsHTTP = allowsHTTP
    self.guard = `guard`
    self.secret = secret
  }

  public init(_ environment: ProcessEnvironment) throws(ConfigurationError) {
    self.init(
      allowsHTTP: try environment.read(Variables.allowHTTPCallbacks),
      guard: AddressGuard(exceptions: try environment.read(Variables.callbackNetworks)),
      secret: try environment.readIfSet(Variables.webhookSecret))
  }

  /// Reads a client's URL. Throws ``CallbackURLError``, also when webhooks are off.
  public func url(_ text: String) throws(CallbackURLError) -> CallbackURL {
    guard secret != nil else { throw .switchedOff }
    return try CallbackURL(parsing: text, policy: self)
  }
}
