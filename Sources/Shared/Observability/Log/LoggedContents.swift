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
    // Read in any case: a wrong value is one also before it is needed.
    self.init(
      bytes: try environment.read(Variables.logContentBytes),
      rate: try environment.read(Variables.logContentRate))
    guard try environment.read(Variables.logContent) == .on else { return nil }
  }

  /// Whether one more job is shown. `chance` is uniform in 0..<1.
  public func isSampled(chance: Double = .random(in: 0..<1)) -> Bool { chance < rate }

  /// A text as it is shown: its beginning, with what looks like a secret blotted out.
  public func shown(_ text: String) -> String {
    // A secret that the cut goes through would not be known as one.
    let blotted = SecretBlots.blotted(text.beginning(bytes: bytes + SecretBlots.longest))
    return blotted.utf8.count <= bytes ? blotted : blotted.beginning(bytes: bytes) + "…"
  }
}
