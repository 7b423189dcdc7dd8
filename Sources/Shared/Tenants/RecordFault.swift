/// One thing that is wrong with a tenant's or key's record as somebody sent it, and where it stands.
public struct RecordFault: Error, Sendable, Hashable {
  /// A step from the record to the value: a member's name or an element's index.
  public enum Place: Sendable, Hashable {
    case name(String)
    case index(Int)

    public var json: JSONValue {
      switch self {
      case .name(let name): .string(name)
      case .index(let index): .integer(Int64(index))
      }
    }
  }

  /// Pydantic's names, as all other bodies' faults have them.
  public enum Kind: String, Sendable, Hashable {
    case missing
    case unknownMember = "extra_forbidden"
    case notText = "string_type"
    case notAnInteger = "int_type"
    case notANumber = "float_type"
    case notAFlag = "bool_type"
    case notAList = "list_type"
    case notAnObject = "dict_type"
    case notAChoice = "literal_error"
    case value = "value_error"
  }

  /// From the record inwards; empty for the record itself.
  public internal(set) var place: [Place]
  public let kind: Kind
  /// What is wrong and what is allowed, without a full stop.
  public let sentence: String

  public init(_ kind: Kind, _ sentence: String, at place: [Place] = []) {
    self.kind = kind
    self.sentence = sentence
    self.place = place
  }

  /// A value of the right type that cannot be.
  static func value(_ sentence: String, at place: [Place] = []) -> RecordFault {
    RecordFault(.value, sentence, at: place)
  }

  /// `limits[0].model`; empty for the record itself.
  public var path: String {
    place.reduce(into: "") { path, part in
      switch part {
      case .name(let name): path += path.isEmpty ? name : ".\(name)"
      case .index(let index): path += "[\(index)]"
      }
    }
  }

  /// As an element of `errors`: `loc`, `msg`, `type`.
  public var json: JSONValue {
    [
      "loc": .array(["body"] + place.map(\.json)), "msg": .string(sentence), "type": .string(kind.rawValue),
    ]
  }
}
