/// What somebody who mistyped a name probably meant.
enum NearestName {
  /// The name with the fewest changes between, if there are few of them; nil when nothing is near.
  static func of(_ text: String, among names: [String]) -> String? {
    let text = Array(text.prefix(64).lowercased())
    let nearest = names.map { (name: $0, changes: changes(from: text, to: Array($0))) }
      .min { $0.changes < $1.changes }
    guard let nearest, nearest.changes <= max(1, nearest.name.count / 3) else { return nil }
    return nearest.name
  }

  /// Letters inserted, left out, replaced, or swapped with a neighbour (optimal string alignment).
  private static func changes(from left: [Character], to right: [Character]) -> Int {
    var rows = [Array(0...right.count)]
    for (i, letter) in left.enumerated() {
      var row = [i + 1]
      for (j, other) in right.enumerated() {
        var least = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (letter == other ? 0 : 1))
        if i > 0, j > 0, letter == right[j - 1], left[i - 1] == other {
          least = min(least, rows[i - 1][j - 1] + 1)
        }
        row.append(least)
      }
      rows.append(row)
    }
    return rows[left.count][right.count]
  }
}
