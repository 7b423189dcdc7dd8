/// What a file says of what a server takes: a preset, and what it says beyond that.
enum ShapeReading {
  private static let names = [
    "max_tokens", "stream_options", "system", "sampling", "reasoning_in", "drop", "rename", "send",
  ]
  private static let nameAllowed = "a member of a request: up to 64 letters, digits, _, . and -"
  /// Without these a request is none, and what they hold is Sluice's to say.
  private static let own: Set = ["model", "messages", "input", "stream"]

  /// The preset of a provider that names one.
  static func preset(
    _ place: FileValue, dialect: Dialect
  ) throws(ConfigurationError) -> ServerPreset {
    guard dialect.isOpenAIs else {
      throw place.refused(
        "is for servers of the dialect openai; allowed is no preset with \(dialect.rawValue)")
    }
    return try place.choice()
  }

  /// What a file says over what is known.
  static func shape(_ place: FileValue, over known: ProviderShape) throws(ConfigurationError) -> ProviderShape
  {
    let mapping = try FileMapping(place, names: names)
    var shape = known
    if let limit = mapping["max_tokens"] {
      shape.limitName = try limit.choice()
      shape.leftToModel.remove(.limitName)
    }
    if let sampling = mapping["sampling"] {
      shape.takesSampling = try sampling.flag()
      shape.leftToModel.remove(.sampling)
    }
    shape.takesStreamOptions = try mapping["stream_options"]?.flag() ?? shape.takesStreamOptions
    shape.systemRole = try mapping["system"]?.choice() ?? shape.systemRole
    shape.takesReasoning = try mapping["reasoning_in"]?.flag() ?? shape.takesReasoning
    shape.drop.formUnion(try mapping["drop"].map(dropped) ?? [])
    shape.rename.merge(try mapping["rename"].map(renamed) ?? [:]) { _, said in said }
    for (name, value) in try mapping["send"].map(sent) ?? [] { shape.send[name] = value }
    return shape
  }

  private static func dropped(_ place: FileValue) throws(ConfigurationError) -> Set<String> {
    var names: Set<String> = []
    for element in try place.list("a list of names, such as [logit_bias]") {
      let name = try element.text(nameAllowed, memberName)
      try refuseOwn(name, element)
      guard names.insert(name).inserted else {
        throw element.refused("names \"\(name)\" a second time; allowed is each name once")
      }
    }
    return names
  }

  private static func renamed(_ place: FileValue) throws(ConfigurationError) -> [String: String] {
    var names: [String: String] = [:]
    for (name, value) in try place.members("a mapping of names to names, such as {seed: random_seed}") {
      guard memberName(name) != nil else { throw value.refused("is no name; allowed is \(nameAllowed)") }
      let other = try value.text(nameAllowed, memberName)
      for name in [name, other] { try refuseOwn(name, value) }
      guard !names.values.contains(other) else {
        throw value.refused("is the second to become \"\(other)\"; allowed is each name once")
      }
      names[name] = other
    }
    return names
  }

  private static func sent(_ place: FileValue) throws(ConfigurationError) -> [(String, JSONValue)] {
    var members: [(String, JSONValue)] = []
    for (name, value) in try place.members("a mapping of names to values, such as {safe_prompt: true}") {
      guard memberName(name) != nil else { throw value.refused("is no name; allowed is \(nameAllowed)") }
      try refuseOwn(name, value)
      members.append((name, value.node.json))
    }
    return members
  }

  private static func refuseOwn(_ name: String, _ place: FileValue) throws(ConfigurationError) {
    guard own.contains(name) else { return }
    throw place.refused("names \"\(name)\", which Sluice writes itself; allowed are other members")
  }

  private static func memberName(_ text: String) -> String? {
    let isName = text.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || "0123456789_.-".unicodeScalars.contains($0))
    }
    return isName && (1...64).contains(text.utf8.count) ? text : nil
  }
}
