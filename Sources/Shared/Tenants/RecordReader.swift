/// Reads the members of a record one by one and gathers all that is wrong with them.
struct RecordReader {
  /// How the record came here.
  enum Origin {
    /// From the store: what was good stays good, and members of a newer version are passed over.
    case store
    /// From somebody who makes one.
    case creation(RecordRules)
    /// From somebody who changes these members of one.
    case change(RecordRules, of: Set<String>)
    /// From a copy. What was good where that was made may be passed or unknown here, such as a route that is yet to come: it is
    /// remarked.
    case archive(RecordRules)
  }

  private let members: JSONObject
  private let origin: Origin
  private(set) var faults = RecordFaults()
  /// What of a copy would be faults of a new record.
  private(set) var remarks: [RecordFault] = []

  init(_ members: JSONObject, _ origin: Origin) {
    self.members = members
    self.origin = origin
  }

  /// What a member is checked against besides itself; nil where it was checked before.
  func rules(for name: String) -> RecordRules? {
    switch origin {
    case .store: nil
    case .creation(let rules), .archive(let rules): rules
    case .change(let rules, let names): names.contains(name) ? rules : nil
    }
  }

  mutating func add(_ fault: RecordFault) { faults.add(fault) }

  /// Adds a fault of what may be good elsewhere, or was.
  mutating func addHere(_ fault: RecordFault) {
    guard case .archive = origin else { return faults.add(fault) }
    if remarks.count < RecordFaults.most { remarks.append(fault) }
  }

  /// Refuses members that there are not.
  mutating func refuseOthers(than known: [String]) {
    if case .store = origin { return }
    for name in members.keys where !known.contains(name) {
      faults.add(
        RecordFault(
          .unknownMember, "there is no member \(ClientText.quoted(name)) that could be set",
          at: [.name(ClientText.cut(name))]))
    }
  }

  /// A member, read by a rule. Nil when it is absent or null, and where it is wrong, which is noted.
  mutating func read<Value>(
    _ name: String, _ rule: (JSONValue) throws(RecordFault) -> Value
  ) -> Value? {
    guard let value = members[name], !value.isNull else { return nil }
    do throws(RecordFault) { return try rule(value) } catch {
      faults.add(error.under(.name(name)))
      return nil
    }
  }

  /// A list, each element read by a rule; nil when it is absent or null.
  mutating func list<Element>(
    _ name: String, atMost most: Int, _ rule: (JSONValue) throws(RecordFault) -> Element
  ) -> [Element]? {
    guard let value = members[name], !value.isNull else { return nil }
    guard case .array(let values) = value else {
      faults.add(RecordFault(.notAList, "it must be a list", at: [.name(name)]))
      return nil
    }
    guard values.count <= most else {
      faults.add(.value("it must have at most \(most) elements, not \(values.count)", at: [.name(name)]))
      return nil
    }
    var elements: [Element] = []
    for (index, value) in values.enumerated() {
      do throws(RecordFault) { elements.append(try rule(value)) } catch {
        faults.add(error.under(.index(index)).under(.name(name)))
      }
    }
    return elements
  }

  /// The members of an object, by name; nil when it is absent or null.
  mutating func object(_ name: String) -> JSONObject? {
    guard let value = members[name], !value.isNull else { return nil }
    guard case .object(let members) = value else {
      faults.add(RecordFault(.notAnObject, "it must be an object", at: [.name(name)]))
      return nil
    }
    return members
  }
}

// MARK: - Members of tenants and keys alike

extension RecordReader {
  private static let mostBounds = 50
  private static let mostModels = 1000

  mutating func name() -> String? {
    read("name") { (json) throws(RecordFault) in
      let name = try MemberRules.text(json, 1...200)
      guard name.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
        throw .value("it must not be blank")
      }
      return name
    }
  }

  mutating func limits(_ name: String) -> [Limit] {
    let limits = list(name, atMost: Self.mostBounds, Limit.init(json:)) ?? []
    checkModels(name, limits.map(\.model))
    refuseTwice(name, limits.map { "\($0.measure.code)@\($0.model ?? "")" }, "limit of the same kind")
    return limits
  }

  mutating func budgets(_ name: String) -> [Budget] {
    let budgets = list(name, atMost: Self.mostBounds, Budget.init(json:)) ?? []
    checkModels(name, budgets.map(\.model))
    refuseTwice(
      name, budgets.map { "\($0.kind) \($0.code)@\($0.model ?? "")" }, "budget of the same kind and period")
    return budgets
  }

  /// Two of one kind would share a counter, and only the tighter one would mean anything.
  private mutating func refuseTwice(_ name: String, _ codes: [String], _ what: String) {
    var seen: Set<String> = []
    for (index, code) in codes.enumerated() where !seen.insert(code).inserted {
      faults.add(.value("there is a \(what) before it; say it once", at: [.name(name), .index(index)]))
    }
  }

  private mutating func checkModels(_ name: String, _ models: [String?]) {
    guard let rules = rules(for: name) else { return }
    for (index, model) in models.enumerated() {
      guard let model, !rules.knowsModel(model) else { continue }
      addHere(Self.unknownModel(model).at([.name(name), .index(index), .name("model")]))
    }
  }

  mutating func models() -> AllowedModels {
    guard let names = list("models", atMost: Self.mostModels, MemberRules.modelName) else { return .all }
    if members["models"]?.array?.isEmpty == true, rules(for: "models") != nil {
      faults.add(
        .value(#"it must name at least one model; leave it out or say ["*"] for all"#, at: [.name("models")]))
    }
    if let rules = rules(for: "models") {
      for (index, name) in names.enumerated() where name != "*" && !rules.knowsModel(name) {
        addHere(Self.unknownModel(name).at([.name("models"), .index(index)]))
      }
    }
    return AllowedModels(names: names)
  }

  private static func unknownModel(_ name: String) -> RecordFault {
    .value("there is no route or model \(ClientText.quoted(name)) here")
  }

  mutating func guards() -> [String] {
    let guards = list("guards", atMost: 50) { (json) throws(RecordFault) in try MemberRules.text(json, 1...64)
    }
    guard let guards else { return [] }
    if let known = rules(for: "guards")?.guards {
      for (index, name) in guards.enumerated() where !known.contains(name) {
        addHere(
          .value("there is no guard \(ClientText.quoted(name)) here", at: [.name("guards"), .index(index)]))
      }
    }
    return guards
  }

  mutating func lane() -> Lane? {
    read("lane") { (json) throws(RecordFault) -> Lane in try MemberRules.choice(json) }
  }

  mutating func cache() -> CacheSharing? {
    read("cache") { (json) throws(RecordFault) in
      guard case .string(let text) = json else {
        throw RecordFault(.notText, #"it must be "own", "off" or a group's name"#)
      }
      guard let cache = CacheSharing(parsing: text) else {
        throw .value(
          #"\#(ClientText.quoted(text)) is neither "own", "off" nor a group's name, which is \#(TenantID.rule)"#
        )
      }
      return cache
    }
  }

  /// Of the operator's own; anything, within bounds.
  mutating func metadata() -> JSONObject {
    guard let metadata = object("metadata") else { return [:] }
    let bytes = JSONValue.object(metadata).serialized().readableBytes
    guard bytes <= 8192 else {
      faults.add(.value("it must have at most 8192 bytes as JSON, not \(bytes)", at: [.name("metadata")]))
      return [:]
    }
    return metadata
  }

  /// A time of the store, in Unix milliseconds.
  mutating func milliseconds(_ name: String) -> Int64? { read(name, MemberRules.time) }
}

extension RecordFault {
  func at(_ place: [Place]) -> RecordFault {
    var fault = self
    fault.place = place
    return fault
  }
}

extension MemberRules {
  /// RFC 3339, as Unix milliseconds.
  static func time(_ json: JSONValue) throws(RecordFault) -> Int64 {
    guard case .string(let text) = json else {
      throw RecordFault(.notText, "it must be a time such as \"2027-01-31T00:00:00Z\"")
    }
    guard text.utf8.count <= 40, let seconds = InternetTime.parse(text) else {
      throw .value(
        "\(ClientText.quoted(text)) is no time; write it as RFC 3339 does, such as \"2027-01-31T00:00:00Z\"")
    }
    return seconds * 1000 + fraction(of: text)
  }

  /// The milliseconds of a time, whose digits after the third are dropped.
  private static func fraction(of time: String) -> Int64 {
    let rest = time.utf8.dropFirst(19)
    guard rest.first == UInt8(ascii: ".") else { return 0 }
    var sum: Int64 = 0
    var unit: Int64 = 100
    for byte in rest.dropFirst() {
      guard (0x30...0x39).contains(byte) else { break }
      sum += Int64(byte - 0x30) * unit
      unit /= 10
    }
    return sum
  }
}
