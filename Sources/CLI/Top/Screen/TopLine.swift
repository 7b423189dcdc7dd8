/// One line of the view.
struct TopLine: Sendable, Hashable {
  enum Style: Sendable, Hashable {
    case plain
    case title
    /// Something that an operator should look at.
    case trouble
  }

  let text: String
  var style = Style.plain

  static let empty = TopLine(text: "")

  /// For a terminal that shows so many columns. What others wrote cannot move its cursor.
  func drawn(width: Int) -> String {
    let shown = String(TerminalText.cell(text).prefix(width))
    switch style {
    case .plain: return shown
    case .title: return "\u{1B}[1m\(shown)\u{1B}[0m"
    case .trouble: return "\u{1B}[31m\(shown)\u{1B}[0m"
    }
  }
}
