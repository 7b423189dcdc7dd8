import Shared

/// Reads an object's members by type and complains of those that nobody asked for: a test with a misspelt
/// field would else pass for the wrong reason.
struct Fields {
  private var members: JSONObject
  private let place: String

  init(_ value: JSONValue, place: String) throws(ScriptError) {
    guard let members = value.object else { throw ScriptError("\(place) must be an object") }
    self.members = members
    self.place = place
  }

  mutating func value(_ name: String) -> JSONValue? { members.removeValue(forKey: name) }

  mutating func string(_ name: String) throws(ScriptError) -> String? {
    try take(name, "a string") { $0.string }
  }

  mutating func bool(_ name: String) throws(ScriptError) -> Bool? {
    try take(name, "true or false") { $0.bool }
  }

  mutating func count(_ name: String, _ range: ClosedRange<Int> = 0...86_400_000) throws(ScriptError) -> Int?
  {
    try take(name, "an integer from \(range.lowerBound) to \(range.upperBound)") { value in
      value.integer.flatMap { Int(exactly: $0) }.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  mutating func number(_ name: String, _ range: ClosedRange<Double>) throws(ScriptError) -> Double? {
    try take(name, "a number from \(range.lowerBound) to \(range.upperBound)") { value in
      value.double.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  mutating func choice<Choice: RawRepresentable>(
    _ name: String, _ type: Choice.Type
  ) throws(ScriptError) -> Choice? where Choice.RawValue == String {
    try take(name, "one of the values that the simulator knows") { $0.string.flatMap(type.init(rawValue:)) }
  }

  /// Throws when a member is left that was not asked for.
  func end() throws(ScriptError) {
    if let name = members.keys.first { throw ScriptError("\(place) has an unknown field \"\(name)\"") }
  }

  private mutating func take<Value>(
    _ name: String, _ what: String, _ read: (JSONValue) -> Value?
  ) throws(ScriptError) -> Value? {
    guard let value = value(name) else { return nil }
    guard let read = read(value) else { throw ScriptError("\(place).\(name) must be \(what)") }
    return read
  }
}
