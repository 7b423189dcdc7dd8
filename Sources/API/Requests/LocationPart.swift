import Shared

/// One step on the way from the request to the value that is wrong: a member's name or an element's index.
enum LocationPart: Sendable, Hashable {
  case name(String)
  case index(Int)

  /// The longest name of a client's making that an error repeats, in Unicode scalars.
  static let nameLimit = 64

  /// A name that a client made up. It is cut, or one long key would be sent back as often as it is wrong.
  static func clientName(_ name: String) -> LocationPart {
    guard name.exceeds(scalars: nameLimit) else { return .name(name) }
    return .name(String(String.UnicodeScalarView(name.unicodeScalars.prefix(nameLimit))) + "…")
  }

  var json: JSONValue {
    switch self {
    case .name(let name): .string(name)
    case .index(let index): .integer(Int64(index))
    }
  }
}

extension LocationPart: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  init(stringLiteral value: String) { self = .name(value) }
  init(integerLiteral value: Int) { self = .index(value) }
}

extension String {
  /// Whether the text has more Unicode scalars than that. Sluice counts characters as scalars, as JSON
  /// Schema does; a text with no more bytes than that is not walked through.
  func exceeds(scalars limit: Int) -> Bool {
    utf8.count > limit && unicodeScalars.count > limit
  }

  /// Whether the text has fewer Unicode scalars than that.
  func hasFewer(scalars limit: Int) -> Bool {
    // A scalar takes at most four bytes.
    utf8.count < limit * 4 && unicodeScalars.count < limit
  }

  /// Whether there is nothing to read in the text.
  var isBlank: Bool { unicodeScalars.allSatisfy(\.properties.isWhitespace) }
}
