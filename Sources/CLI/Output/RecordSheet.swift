import Shared

/// One record for people: a line for each member.
enum RecordSheet {
  /// What is shown otherwise, or only where it is asked for.
  private static let passedOver: Set<String> = ["left", "key"]

  static func text(_ record: JSONValue, eTag: String? = nil) -> String {
    var lines = (record.object ?? [:]).filter { !passedOver.contains($0.key) }.map { member in
      (member.key, member.key.hasSuffix("_at") ? CellText.time(member.value) : CellText.text(member.value))
    }
    if let eTag { lines.append(("etag", eTag)) }
    let width = lines.map(\.0.count).max() ?? 0
    return lines.map { name, value in
      TerminalText.cell(name + String(repeating: " ", count: width - name.count) + "  " + value) + "\n"
    }.joined()
  }
}
