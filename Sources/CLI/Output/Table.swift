/// Rows under titles, for people.
struct Table: Sendable {
  struct Column: Sendable {
    let title: String
    var isNumber = false
  }

  private let columns: [Column]
  private var rows: [[String]] = []

  init(_ columns: [Column]) { self.columns = columns }

  init(_ titles: String...) { columns = titles.map { Column(title: $0) } }

  /// Adds a row, of as many cells as there are columns.
  mutating func add(_ cells: [String]) { rows.append(cells.map(TerminalText.cell)) }

  /// With a line end after each row.
  var text: String {
    let all = [columns.map { $0.title.uppercased() }] + rows
    let widths = columns.indices.map { place in all.map { $0[place].count }.max() ?? 0 }
    return all.map { line($0, widths) + "\n" }.joined()
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var line = ""
    for (place, cell) in cells.enumerated() {
      let padding = String(repeating: " ", count: widths[place] - cell.count)
      // Nothing is put behind the last one, which may be long.
      let isLast = place == cells.count - 1
      line += columns[place].isNumber ? padding + cell : cell + (isLast ? "" : padding)
      if !isLast { line += "  " }
    }
    while line.hasSuffix(" ") { line.removeLast() }
    return line
  }
}
