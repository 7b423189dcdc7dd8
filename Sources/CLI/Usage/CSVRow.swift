import Shared

/// Rows of CSV (RFC 4180).
enum CSVRow {
  static func line(_ cells: [String]) -> String { cells.map(quoted).joined(separator: ",") + "\r\n" }

  /// A value of a record: null is empty, and what is no single value is JSON.
  static func cell(_ value: JSONValue?) -> String {
    switch value {
    case nil, .null?: ""
    case .string(let text)?: text
    case .bool(let flag)?: String(flag)
    case .integer(let number)?: String(number)
    case .double?, .number?: CellText.number(value ?? .null)
    case .array?, .object?: String(buffer: (value ?? .null).serialized())
    }
  }

  private static func quoted(_ cell: String) -> String {
    // A spreadsheet takes what begins so for a formula (OWASP, CSV injection); a number may have its sign.
    let isFormula = cell.first.map { "=+-@\t\r".contains($0) } == true && Double(cell) == nil
    let text = isFormula ? "'" + cell : cell
    guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}
