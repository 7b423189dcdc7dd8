/// What systems along a trace tell each other (`tracestate`): passed on as it came, within bounds.
enum TraceState {
  /// W3C Trace Context, section 3.3.1.1.
  private static let mostMembers = 32
  /// More than the 512 that everybody must pass on, and little beside a job.
  private static let mostBytes = 4096

  /// The values of all fields as one; empty when it is malformed or has too many members. Members that have no room are left
  /// out, from the end, where the oldest stand.
  static func text(of values: [String]) -> String {
    let whole = HeaderText.joined(values)
    guard HeaderText.isPrintable(whole) else { return "" }
    let members = whole.split(separator: ",").filter { !$0.allSatisfy(\.isWhitespace) }
    guard members.count <= mostMembers, members.allSatisfy({ $0.dropFirst().contains("=") }) else {
      return ""
    }
    return HeaderText.cut(whole, to: mostBytes)
  }
}
