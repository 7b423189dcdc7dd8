/// Whether spans hold prompts and answers.
public enum TraceContent: String, Sendable, CaseIterable {
  case on
  case off
}
