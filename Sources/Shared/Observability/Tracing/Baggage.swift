/// What a client wants carried along (`baggage`): passed on as it came, within bounds.
public enum Baggage {
  /// W3C Baggage, section 3.3.2.
  static let mostBytes = 8192
  private static let mostMembers = 180

  /// The values of all fields as one; empty when it holds what no header may. Members that have no room are left out, from
  /// the end.
  public static func text(of values: [String]) -> String {
    let whole = HeaderText.joined(values)
    guard HeaderText.isPrintable(whole) else { return "" }
    return HeaderText.cut(whole, to: mostBytes, members: mostMembers)
  }
}
