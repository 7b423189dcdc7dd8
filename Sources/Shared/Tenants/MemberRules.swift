/// What members of records have in common.
public enum MemberRules {
  /// The longest name of a model or route.
  static let longestModel = 256

  /// The `model` beside members that the caller reads; refuses all others.
  static func model(in members: JSONObject, besides known: [String]) throws(RecordFault) -> String? {
    for name in members.keys where name != "model" && !known.contains(name) {
      throw RecordFault(
        .unknownMember, "there is no such member; there are \((known + ["model"]).joined(separator: ", "))",
        at: [.name(ClientText.cut(name))])
    }
    guard let value = members["model"], !value.isNull else { return nil }
    do { return try modelName(value) } catch { throw error.under(.name("model")) }
  }

  static func modelName(_ value: JSONValue) throws(RecordFault) -> String {
    let name = try text(value, 1...longestModel)
    guard !name.unicodeScalars.contains(where: \.properties.isWhitespace) else {
      throw .value("\(ClientText.quoted(name)) is no name of a model or route: it holds white space")
    }
    return name
  }

  /// A text of one line; lengths count Unicode scalars.
  static func text(_ value: JSONValue, _ length: ClosedRange<Int>) throws(RecordFault) -> String {
    guard case .string(let text) = value else { throw RecordFault(.notText, "it must be a text") }
    let count = text.unicodeScalars.count
    guard length.contains(count) else {
      throw .value("it must have \(length.lowerBound) to \(length.upperBound) characters, not \(count)")
    }
    guard !text.unicodeScalars.contains(where: isControl) else {
      throw .value("it must not hold control characters")
    }
    return text
  }

  /// What would garble a line of a log or a terminal: control characters, and what turns the direction of text.
  public static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }
  }

  static func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ members: JSONObject, _ name: String
  ) throws(RecordFault) -> Choice {
    guard let value = members[name], !value.isNull else {
      throw RecordFault(.missing, "one of \(names(of: Choice.self)) is needed", at: [.name(name)])
    }
    do { return try choice(value) } catch { throw error.under(.name(name)) }
  }

  static func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ value: JSONValue
  ) throws(RecordFault) -> Choice {
    guard case .string(let text) = value else {
      throw RecordFault(.notText, "it must be one of \(names(of: Choice.self))")
    }
    guard let choice = Choice(rawValue: text) else {
      throw RecordFault(.notAChoice, "\(ClientText.quoted(text)) is none of \(names(of: Choice.self))")
    }
    return choice
  }

  private static func names<Choice: RawRepresentable<String> & CaseIterable>(of _: Choice.Type) -> String {
    Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
  }

  static func flag(_ value: JSONValue) throws(RecordFault) -> Bool {
    guard case .bool(let flag) = value else { throw RecordFault(.notAFlag, "it must be true or false") }
    return flag
  }

  static func integer(_ value: JSONValue, _ range: ClosedRange<Int>) throws(RecordFault) -> Int {
    switch value.rounded {
    case .integer, .double: break
    default: throw RecordFault(.notAnInteger, "it must be a whole number")
    }
    guard let number = value.integer.flatMap(Int.init(exactly:)), range.contains(number) else {
      throw .value("it must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}

extension RecordFault {
  /// The same, seen from one step further out.
  func under(_ place: Place) -> RecordFault {
    var fault = self
    fault.place.insert(place, at: 0)
    return fault
  }
}
