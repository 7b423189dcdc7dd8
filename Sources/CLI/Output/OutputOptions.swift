import ArgumentParser
import Shared

/// For whom a command writes.
struct OutputOptions: ParsableArguments {
  @Flag(name: .customLong("json"), help: "Write JSON for programs, as the API answers it.")
  var isJSON = false

  /// A record, or whatever else the API answers.
  func show(_ json: JSONValue, _ text: (JSONValue) -> String) throws(CommandFailure) {
    try Output.write(isJSON ? Self.line(json) : text(json))
  }

  /// A whole list: as JSON one page of all.
  func show(list: [JSONValue], _ text: ([JSONValue]) -> String) throws(CommandFailure) {
    try Output.write(isJSON ? Self.line(["data": .array(list), "next": nil]) : text(list))
  }

  /// That something was done which has no answer.
  func say(_ sentence: String) throws(CommandFailure) {
    if !isJSON { try Output.write(TerminalText.plain(sentence) + "\n") }
  }

  static func line(_ json: JSONValue) -> String { String(buffer: json.serialized()) + "\n" }
}
