/// What the operator lets callbacks do. API and worker read the same variables.
public struct CallbackPolicy: Sendable {
  /// Whether a callback may go over plain HTTP (`ALLOW_HTTP_CALLBACKS`).
  public var allowsHTTP: Bool
  /// Which addresses may be called (`CALLBACK_NETWORKS`).
  public var addresses: AddressGuard
  /// What signs the calls (`WEBHOOK_SECRET`); without it there are no callbacks.
  public var secret: WebhookSecret?

  public init(
    allowsHTTP: Bool = false, addresses: AddressGuard = AddressGuard(), secret: WebhookSecret? = nil
  ) {
    self.allowsHTTP = allowsHTTP
    self.addresses = addresses
    self.secret = secret
  }

  public init(_ environment: ProcessEnvironment) throws(ConfigurationError) {
    allowsHTTP = try environment.read(Variables.allowHTTPCallbacks)
    addresses = AddressGuard(allowing: try environment.read(Variables.callbackNetworks))
    secret = try environment.readIfSet(Variables.webhookSecret)
  }
}
