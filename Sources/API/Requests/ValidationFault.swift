import Shared

/// What is wrong with one value, in the vocabulary of pydantic, which clients in Python already understand.
enum ValidationFault: Sendable, Hashable {
  case missing
  /// None of several fields was sent, one of which must be.
  case missingOneOf([String])
  /// More than one of several fields was sent, only one of which may be.
  case notTogether([String])
  case unknownField
  case notAString
  case notAnInteger
  case hasFraction
  case notANumber
  case notANumberText
  case notAnArray
  case notAnObject
  case notAStringOrArray
  case notABoolean
  case notOneOf([String])
  case lessThan(JSONValue)
  case notGreaterThan(JSONValue)
  case greaterThan(JSONValue)
  case tooFewCharacters(least: Int)
  case tooManyCharacters(most: Int)
  case tooFewElements(least: Int, actual: Int)
  case tooManyElements(most: Int, actual: Int)
  case tooManyMembers(most: Int, actual: Int)
  /// Anything that no other fault says; the text is a sentence without a full stop.
  case refused(String)
  /// The same with a name of pydantic's for the fault.
  case said(type: String, String)

  /// Pydantic's name of the fault, for programs.
  var type: String {
    switch self {
    case .missing, .missingOneOf: "missing"
    case .unknownField: "extra_forbidden"
    case .notAString, .notAStringOrArray: "string_type"
    case .notAnInteger: "int_type"
    case .hasFraction: "int_from_float"
    case .notANumber: "float_type"
    case .notANumberText: "float_parsing"
    case .notABoolean: "bool_type"
    case .notAnArray: "list_type"
    case .notAnObject: "dict_type"
    case .notOneOf: "literal_error"
    case .lessThan: "greater_than_equal"
    case .notGreaterThan: "greater_than"
    case .greaterThan: "less_than_equal"
    case .tooFewCharacters: "string_too_short"
    case .tooManyCharacters: "string_too_long"
    case .tooFewElements: "too_short"
    case .tooManyElements, .tooManyMembers: "too_long"
    case .notTogether, .refused: "value_error"
    case .said(let type, _): type
    }
  }

  /// What must be changed, for people, without a full stop.
  var message: String {
    switch self {
    case .missing: "Field required"
    case .missingOneOf(let names): "Field required: send \(Self.list(names))"
    case .notTogether(let names): "Send only one of \(Self.list(names))"
    case .unknownField: "Extra inputs are not permitted"
    case .notAString: "Input should be a valid string"
    case .notAnInteger: "Input should be a valid integer"
    case .hasFraction: "Input should be a valid integer, got a number with a fractional part"
    case .notANumber: "Input should be a valid number"
    case .notANumberText: "Input should be a valid number, unable to parse string as a number"
    case .notABoolean: "Input should be a valid boolean"
    case .notAnArray: "Input should be a valid array"
    case .notAnObject: "Input should be an object"
    case .notAStringOrArray: "Input should be a valid string or array"
    case .notOneOf(let choices): "Input should be \(Self.list(choices))"
    case .lessThan(let bound): "Input should be greater than or equal to \(bound)"
    case .notGreaterThan(let bound): "Input should be greater than \(bound)"
    case .greaterThan(let bound): "Input should be less than or equal to \(bound)"
    case .tooFewCharacters(let least): "String should have at least \(Self.count(least, "character"))"
    case .tooManyCharacters(let most): "String should have at most \(Self.count(most, "character"))"
    case .tooFewElements(let least, let actual):
      "Array should have at least \(Self.count(least, "item")), not \(actual)"
    case .tooManyElements(let most, let actual):
      "Array should have at most \(Self.count(most, "item")), not \(actual)"
    case .tooManyMembers(let most, let actual):
      "Object should have at most \(Self.count(most, "member")), not \(actual)"
    case .refused(let sentence), .said(_, let sentence): sentence
    }
  }

  /// The numbers behind the message, for programs.
  var context: JSONObject {
    switch self {
    case .lessThan(let bound): ["ge": bound]
    case .notGreaterThan(let bound): ["gt": bound]
    case .greaterThan(let bound): ["le": bound]
    case .notOneOf(let choices): ["expected": .string(Self.list(choices))]
    case .tooFewCharacters(let least): ["min_length": .integer(Int64(least))]
    case .tooManyCharacters(let most): ["max_length": .integer(Int64(most))]
    case .tooFewElements(let least, let actual):
      ["min_length": .integer(Int64(least)), "actual_length": .integer(Int64(actual))]
    case .tooManyElements(let most, let actual), .tooManyMembers(let most, let actual):
      ["max_length": .integer(Int64(most)), "actual_length": .integer(Int64(actual))]
    default: [:]
    }
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
  }

  /// `'a', 'b' or 'c'`.
  private static func list(_ names: [String]) -> String {
    let quoted = names.map { "'\($0)'" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.joined() }
    return quoted.dropLast().joined(separator: ", ") + " or " + last
  }
}
