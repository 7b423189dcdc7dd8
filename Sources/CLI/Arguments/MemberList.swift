import Shared

/// The members of a record that a command's options say, each checked as far as it can be without the server.
struct MemberList {
  private(set) var members: JSONObject

  /// - Parameter file: a JSON object with members, on which the options are laid; nil for none.
  init(file: String?) throws(CommandFailure) {
    members = [:]
    guard let file else { return }
    let text = try InputFile.text(of: file)
    do {
      guard let object = try JSONParser.parse(text).object else {
        throw CommandFailure.option("from", "\"\(file)\" holds no JSON object")
      }
      members = object
    } catch let failure as CommandFailure { throw failure } catch {
      throw .option("from", "\"\(file)\" holds no JSON: \(error)")
    }
  }

  mutating func set(_ name: String, _ value: String?) {
    if let value { members[name] = .string(value) }
  }

  mutating func set(_ name: String, _ value: Bool?) {
    if let value { members[name] = .bool(value) }
  }

  mutating func set(_ name: String, _ value: Int?, in range: ClosedRange<Int>) throws(CommandFailure) {
    guard let value else { return }
    guard range.contains(value) else {
      throw .option(name, "\(value) is none; allowed are \(range.lowerBound) to \(range.upperBound)")
    }
    members[name] = .integer(Int64(value))
  }

  /// One of several words.
  mutating func set(_ name: String, _ option: String, _ value: String?, of choices: [String])
    throws(CommandFailure)
  {
    guard let value else { return }
    guard choices.contains(value) else {
      throw .option(option, "\"\(value)\" is none of \(choices.joined(separator: ", "))")
    }
    members[name] = .string(value)
  }

  mutating func set(_ name: String, _ values: [JSONValue]) { members[name] = .array(values) }

  /// A list, where anything of it was said.
  mutating func set(_ name: String, list: [String]) {
    if !list.isEmpty { members[name] = .array(list.map(JSONValue.string)) }
  }

  mutating func set(_ name: String, _ option: String, limits: [String]) throws(CommandFailure) {
    try set(name, option, limits, BoundText.limit)
  }

  mutating func set(_ name: String, _ option: String, budgets: [String]) throws(CommandFailure) {
    try set(name, option, budgets, BoundText.budget)
  }

  private mutating func set(
    _ name: String, _ option: String, _ texts: [String], _ rule: (String) throws(RecordFault) -> JSONValue
  ) throws(CommandFailure) {
    guard !texts.isEmpty else { return }
    var values: [JSONValue] = []
    for text in texts {
      do throws(RecordFault) { values.append(try rule(text)) } catch { throw .option(option, error.sentence) }
    }
    members[name] = .array(values)
  }

  /// An object of `name=value`.
  mutating func set(_ name: String, _ option: String, pairs: [String]) throws(CommandFailure) {
    guard !pairs.isEmpty else { return }
    var object: JSONObject = [:]
    for pair in pairs {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw .option(option, "\"\(pair)\" is no pair; write name=value")
      }
      object[String(parts[0])] = .string(String(parts[1]))
    }
    members[name] = .object(object)
  }

  /// Takes members back to what they are where nobody says anything.
  mutating func clear(_ names: [String], of known: [String]) throws(CommandFailure) {
    for name in names {
      guard known.contains(name) else {
        throw .option("clear", "\"\(name)\" is none of \(known.joined(separator: ", "))")
      }
      members[name] = .null
    }
  }
}
