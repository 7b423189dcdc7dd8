import ArgumentParser

/// How much of a list is wanted.
struct ListOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How many are listed at most. (default: all)", valueName: "count"))
  var first: Int?

  func count() throws(CommandFailure) -> Int? {
    guard let first else { return nil }
    guard first > 0 else { throw .option("first", "\(first) is none; at least 1 is allowed") }
    return first
  }
}
