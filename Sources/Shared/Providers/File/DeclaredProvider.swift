/// A provider as a file declares it, before its keys are looked up.
struct DeclaredProvider: Sendable {
  /// As it is without a key.
  private let open: Provider
  /// Nil where no key is sent.
  let keys: DeclaredKeys?
  /// Where its name stands.
  let namePlace: FileValue

  var name: String { open.name }

  /// Looks the keys up. Keys that are not set turn the provider off; one that is wrong is an error.
  func provider(_ environment: ProcessEnvironment) throws(ConfigurationError) -> Provider {
    guard let keys else { return open }
    let found = try keys.access(environment, of: name)
    // With one key nothing has to be chosen.
    if found.keys.count > 1 { return open.with(found.access, keys: found.keys) }
    return open.with(found.access, quotas: found.keys.first?.quotas)
  }
}

// MARK: - Reading

extension DeclaredProvider {
  static let nameAllowed = "1 to 32 of a-z, 0-9, _ and -"
  static let modelAllowed = "a model's name: up to 200 visible ASCII characters without spaces"

  init(_ place: FileValue) throws(ConfigurationError) {
    let mapping = try FileMapping(
      place,
      names: [
        "name", "dialect", "base_url", "preset", "key", "keys", "headers", "default_model", "models",
        "quotas",
        "timeouts", "shape", "traceparent", "completions", "moderations",
      ])
    namePlace = try mapping.required("name", Self.nameAllowed)
    let models = try mapping["models"].map(Self.models) ?? []
    keys = try Self.keys(mapping)
    let name = try namePlace.text(Self.nameAllowed, Self.name)
    let dialect: Dialect = try mapping.required("dialect", "one of openai, gemini, anthropic, responses")
      .choice()
    let url = try mapping.required("base_url", BaseURL.allowed).text(BaseURL.allowed, BaseURL.parse)
    let preset = try mapping["preset"].map { place throws(ConfigurationError) in
      try ShapeReading.preset(place, dialect: dialect)
    }
    let plain = Provider(
      name: name, dialect: dialect, baseURL: url, access: .open, defaultModel: "", preset: preset)
    open = Provider(
      name: name, dialect: dialect, baseURL: url,
      access: .open, defaultModel: try Self.defaultModel(mapping, models), models: models,
      headers: try mapping["headers"].map(HeaderReading.headers) ?? [:],
      quotas: try mapping["quotas"].map(Self.quotas) ?? [],
      timeouts: try mapping["timeouts"].map(Self.timeouts) ?? ProviderTimeoutOverrides(), preset: preset,
      shape: try Self.shape(mapping, over: plain.shape, dialect),
      takesTrace: try mapping["traceparent"]?.flag() ?? false)
  }

  private static func shape(
    _ mapping: FileMapping, over known: ProviderShape, _ dialect: Dialect
  ) throws(ConfigurationError) -> ProviderShape {
    var shape = known
    if let place = mapping["shape"] { shape = try ShapeReading.shape(place, over: known) }
    shape.takesCompletions = try flag(mapping["completions"], dialect)
    shape.takesModerations = try flag(mapping["moderations"], dialect)
    return shape
  }

  /// Whether it has one of OpenAI's own routes.
  private static func flag(_ place: FileValue?, _ dialect: Dialect) throws(ConfigurationError) -> Bool {
    guard let place, try place.flag() else { return false }
    guard dialect == .chat else {
      throw place.refused(
        "is for providers of the dialect openai; allowed is no such member with \(dialect.rawValue)")
    }
    return true
  }

  private static func name(_ text: String) -> String? {
    let isName = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
    return isName && (1...32).contains(text.utf8.count) ? text : nil
  }

  static func modelName(_ text: String) -> String? {
    (1...200).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? text : nil
  }

  private static func defaultModel(
    _ mapping: FileMapping, _ models: [ProviderModel]
  ) throws(ConfigurationError) -> String {
    if let place = mapping["default_model"] { return try place.text(modelAllowed, modelName) }
    if let first = models.first { return first.name }
    throw mapping.place.refused("lacks \"default_model\" or \"models\"; allowed is \(modelAllowed)")
  }

  private static func models(_ place: FileValue) throws(ConfigurationError) -> [ProviderModel] {
    var models: [ProviderModel] = []
    for element in try place.list("a list of models") {
      let model = try ModelReading.model(element)
      guard !models.contains(where: { $0.name == model.name }) else {
        throw element.refused("names \"\(model.name)\" a second time; allowed is each model once")
      }
      models.append(model)
    }
    return models
  }

  private static func keys(_ mapping: FileMapping) throws(ConfigurationError) -> DeclaredKeys? {
    guard let list = mapping["keys"] else { return try mapping["key"].map(DeclaredKeys.init(one:)) }
    guard mapping["key"] == nil else {
      throw list.refused("stands beside \"key\"; allowed is one of the two")
    }
    return try DeclaredKeys(list: list)
  }

  static func quotas(_ place: FileValue) throws(ConfigurationError) -> [Quota] {
    var quotas: [Quota] = []
    for element in try place.list("a list of quotas such as \"30 requests/minute\"") {
      let allowed = "\"N requests/minute\", \"N requests/day\", \"N tokens/minute\" or \"N tokens/day\""
      quotas.append(try element.text(allowed, Quota.init(parsing:)))
    }
    return quotas
  }

  private static func timeouts(_ place: FileValue) throws(ConfigurationError) -> ProviderTimeoutOverrides {
    let mapping = try FileMapping(place, names: ["connect", "first_byte", "idle", "total", "stream_total"])
    return ProviderTimeoutOverrides(
      connect: try mapping["connect"]?.seconds(in: 0.1...300),
      firstByte: try mapping["first_byte"]?.seconds(in: 0.1...3600),
      idle: try mapping["idle"]?.seconds(in: 0.1...3600),
      total: try mapping["total"]?.seconds(in: 0.1...3600),
      streamTotal: try mapping["stream_total"]?.seconds(in: 0.1...86_400))
  }
}
