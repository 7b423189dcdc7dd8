/// What lines of jobs show of prompts and answers, where an operator wants that: `LOG_CONTENT`.
public struct LoggedContents: Sendable {
  /// How many bytes of each text are shown.
  public let bytes: Int
  /// Of which share of all jobs, from 0 to 1.
  public let rate: Double

  public init(bytes: Int, rate: Double) {
    self.bytes = bytes
    self.rate = rate
  }

  /// Nil where nothing is shown.
  init?(_ environment: ProcessEnvironment) throws(ConfigurationError) {
    guard try environment.read(Variables.logContent) == .on else { return nil }
    self.init(
      bytes: try environment.read(Variables.logContentBytes),
      rate: try environment.read(Variables.logContentRate))
  }

  /// Whether one more job is shown. `chance` is uniform in 0..<1.
  public func isSampled(chance: Double = .random(in: 0..<1)) -> Bool { chance < rate }

  /// A text as it is shown: its beginning, with what looks like a secret blotted out.
  public func shown(_ text: String) -> String {
    // A secret that the cut goes through would not be known as one.
    let beginning = Self.prefix(of: text, bytes: bytes + SecretBlots.longest)
    return Self.cut(SecretBlots.blotted(beginning), to: bytes)
  }

  private static func cut(_ text: String, to bytes: Int) -> String {
    text.utf8.count <= bytes ? text : prefix(of: text, bytes: bytes) + "…"
  }

  /// At most so many bytes, whole characters of Unicode.
  private static func prefix(of text: String, bytes: Int) -> String {
    guard text.utf8.count > bytes else { return text }
    return String(decoding: Array(text.utf8.prefix(bytes)), as: UTF8.self)
      .trimmingPartialScalar()
  }
}

extension String {
  /// Without the mark of half a character at its end.
  fileprivate func trimmingPartialScalar() -> String {
    hasSuffix("\u{FFFD}") ? String(unicodeScalars.dropLast()) : self
  }
}
