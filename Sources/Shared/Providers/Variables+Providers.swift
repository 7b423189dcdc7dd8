/// Whom to ask, how long that may take and what it costs.
extension Variables {
  public static let connectTimeout = Variable<Duration>.seconds(
    "PROVIDER_CONNECT_TIMEOUT", "how long connecting to a provider may take", in: 1...300, default: "5")
  public static let firstByteTimeout = Variable<Duration>.seconds(
    "PROVIDER_FIRST_BYTE_TIMEOUT", "how long a provider may take to the first event of a streamed answer",
    in: 1...3600, default: "300")
  public static let idleTimeout = Variable<Duration>.seconds(
    "PROVIDER_IDLE_TIMEOUT", "how long a streamed answer that has begun may be silent", in: 1...3600,
    default: "120")
  public static let totalTimeout = Variable<Duration>.seconds(
    "PROVIDER_TOTAL_TIMEOUT", "how long a provider may take for a whole answer", in: 1...3600,
    default: "600")
  public static let totalBeforeNextTimeout = Variable<Duration>.seconds(
    "PROVIDER_TOTAL_TIMEOUT_BEFORE_NEXT",
    "how much of that a provider has while another target remains to be asked", in: 1...3600, default: "300")
  public static let streamTimeout = Variable<Duration>.seconds(
    "PROVIDER_STREAM_TIMEOUT", "how long a provider may take for a whole streamed answer", in: 1...86_400,
    default: "3600")

  public static let configFile = Variable(
    "SLUICE_CONFIG",
    "a file that declares more providers, and routes; it is read again when it changes and on SIGHUP",
    allowed: "the path of a YAML or JSON file", default: ""
  ) { $0 }
  public static let tenantSecrets = Variable(
    "TENANT_SECRETS",
    "a folder of which each file holds a provider's key that a tenant brings (`provider_keys`), for every worker",
    allowed: "the path of a folder whose files have names of 1 to 64 letters, digits, dots, `_` and `-`",
    default: ""
  ) { $0 }
  public static let cascade = Variable(
    "CASCADE", "the order in which providers are asked",
    allowed: "provider names (\(ProviderPreset.all.map(\.name).joined(separator: ", "))) with commas between",
    default: "gemini,groq,openrouter"
  ) { text -> [String]? in
    let names = parseList(text) { name in ProviderPreset.all.contains { $0.name == name } ? name : nil }
    guard let names, !names.isEmpty, Set(names).count == names.count else { return nil }
    return names
  }
  public static let modelPrices = Variable(
    "MODEL_PRICES", "prices that differ from the built-in list, in US dollars for a million tokens",
    allowed:
      "`provider/model=\(ModelPrice.form)` with commas between, such as `groq/some-model=0.59:0.79:cached_input=0.06`",
    default: ""
  ) { parseList($0, PriceTable.parseEntry) }

  /// Those above and those of each preset, in the order of the documentation.
  static let providers: [VariableDocumentation] =
    [
      connectTimeout.documentation, firstByteTimeout.documentation, idleTimeout.documentation,
      totalTimeout.documentation, totalBeforeNextTimeout.documentation, streamTimeout.documentation,
      configFile.documentation, tenantSecrets.documentation, cascade.documentation,
      modelPrices.documentation,
    ]
    + ProviderPreset.all.flatMap {
      [$0.apiKey.documentation, $0.model.documentation, $0.baseURL.documentation, $0.quota.documentation]
    }
}
