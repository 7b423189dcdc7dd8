import ArgumentParser

/// Which version of a record a change means.
struct VersionOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Change it only while its ETag is this, as `show` tells it. (default: as it is when the command begins)",
      valueName: "etag"))
  var ifMatch: String?

  /// As `If-Match` has it; a bare number gets its quotes.
  func tag() throws(CommandFailure) -> String? {
    guard let ifMatch else { return nil }
    let bare =
      ifMatch.hasPrefix("\"") && ifMatch.hasSuffix("\"") ? ifMatch.dropFirst().dropLast() : ifMatch[...]
    guard !bare.isEmpty, bare.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      throw .option("if-match", "\"\(ifMatch)\" is no ETag of a record; `show` tells it")
    }
    return "\"\(bare)\""
  }
}
