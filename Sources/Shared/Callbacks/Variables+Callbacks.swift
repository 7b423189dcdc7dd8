/// What callbacks may do, and what signs them.
extension Variables {
  public static let webhookSecret = Variable(
    "WEBHOOK_SECRET",
    "what signs the calls of `callback_url` and of `webhooks`, which are refused while this is unset",
    allowed: "`whsec_` and the Base64 of 24 to 64 random bytes", isSecret: true,
    parse: WebhookSecret.init(parsing:))
  public static let allowHTTPCallbacks = Variable<Bool>.flag(
    "ALLOW_HTTP_CALLBACKS", "whether a `callback_url` may be plain http", default: false)
  public static let callbackNetworks = Variable(
    "CALLBACK_NETWORKS",
    "the private networks that a `callback_url` may lead to, besides all public addresses",
    allowed: "addresses and CIDR networks with commas between", default: ""
  ) { parseList($0, IPNetwork.init(parsing:)) }

  /// Those above, in the order of the documentation.
  static let callbacks: [VariableDocumentation] = [
    webhookSecret.documentation, allowHTTPCallbacks.documentation, callbackNetworks.documentation,
  ]
}
