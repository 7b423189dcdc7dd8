import ArgumentParser

/// A time span of the command line: `20ms`, `1.5s`, or a number of milliseconds.
struct Milliseconds: ExpressibleByArgument, Sendable {
  let count: Int

  init?(argument: String) {
    let unit = argument.drop { $0.isNumber || $0 == "." }
    guard let scale = ["": 1.0, "ms": 1, "s": 1000][unit],
      let number = Double(argument.dropLast(unit.count)), (0...86_400_000).contains(number * scale)
    else { return nil }
    count = Int((number * scale).rounded())
  }

  var defaultValueDescription: String { "\(count)ms" }
}
