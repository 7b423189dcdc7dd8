import Shared

/// A copy of tenants and keys: a line of JSON says what it is, then comes one for each record, tenants first, and one with their
/// number, by which a copy is known that was cut off.
struct Archive: Sendable, Hashable {
  /// Of this form.
  static let form: Int64 = 1

  /// What tells the peppers from others under which the keys' digests were made.
  let peppers: [String]
  /// Each with `kind` and `record`.
  let entries: [JSONValue]

  /// The first line.
  static func head(peppers: [JSONValue], at now: Int64) -> JSONValue {
    [
      "sluice_archive": .integer(form), "at": .string(Timestamp.format(unixMilliseconds: now)),
      "version": .string(Version.current), "peppers": .array(peppers),
    ]
  }

  /// The last line.
  static func end(_ count: Int) -> JSONValue { ["end": .integer(Int64(count))] }
}

extension Archive {
  init(parsing text: String) throws(CommandFailure) {
    var lines: [JSONValue] = []
    for (index, line) in text.split(whereSeparator: \.isNewline).enumerated() {
      do { lines.append(try JSONParser.parse(String(line))) } catch {
        throw .usage("line \(index + 1) of the file is no JSON: \(error)")
      }
    }
    guard let head = lines.first, let form = head["sluice_archive"]?.integer else {
      throw .usage("the file is none that `sluice export` has written")
    }
    guard form == Self.form else {
      throw .usage("the file has the form \(form), and this program knows \(Self.form) only")
    }
    guard let last = lines.last?["end"]?.integer, last == lines.count - 2 else {
      throw .usage("the file is cut off: its last line does not tell the number of its records")
    }
    peppers = head["peppers"]?.array?.compactMap(\.string) ?? []
    entries = Array(lines.dropFirst().dropLast())
  }
}
