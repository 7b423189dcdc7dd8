import Shared

/// Why a command did not do what it was told, in words for its user.
enum CommandFailure: Error, Sendable, Hashable {
  /// The server refused it.
  case refused(status: Int, String)
  /// What was to be verified is not so, or what was to be written could not be.
  case failed(String)
  /// The server gave no answer, or none that is one of Sluice.
  case noAnswer(String)
  /// The command, or a file that it names, is not as it must be; nothing was asked.
  case usage(String)

  /// What a program is told.
  enum Code: Int32, Sendable {
    case refused = 1
    case noAnswer = 3
    /// `EX_USAGE` of sysexits.h, as the parser of arguments has it.
    case usage = 64
  }

  var exitCode: Code {
    switch self {
    case .refused, .failed: .refused
    case .noAnswer: .noAnswer
    case .usage: .usage
    }
  }
}

extension CommandFailure: CustomStringConvertible {
  var description: String {
    switch self {
    case .refused(_, let sentence), .failed(let sentence), .noAnswer(let sentence), .usage(let sentence):
      sentence
    }
  }
}

extension CommandFailure {
  /// What is wrong with an option's value.
  static func option(_ name: String, _ sentence: String) -> CommandFailure {
    .usage("--\(name): \(sentence)")
  }
}
