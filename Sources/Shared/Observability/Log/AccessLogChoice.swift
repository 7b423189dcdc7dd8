/// Of which requests and jobs a line is written.
public enum AccessLogChoice: String, Sendable, CaseIterable {
  case all
  /// Those that were refused, have failed, broke off, or whose client left.
  case errors
  case off
}
