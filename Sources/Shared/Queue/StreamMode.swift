/// How a job's answer is to be told while it comes.
public enum StreamMode: String, Sendable, Hashable {
  /// As events. An answer that breaks off after its first words fails.
  case deltas
  /// As events. An answer that breaks off begins anew, after an event that says so.
  case restart
}
