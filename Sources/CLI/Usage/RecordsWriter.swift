import Shared

/// Writes usage records as they come, page by page.
struct RecordsWriter {
  private let format: ExportFormat
  private let write: (String) throws(CommandFailure) -> Void
  /// The columns of CSV, once they are known.
  private(set) var columns: [String]?
  private var count = 0

  /// - Parameter columns: of CSV that a run before began; nil to begin with a line of titles.
  init(
    _ format: ExportFormat, columns: [String]? = nil, write: @escaping (String) throws(CommandFailure) -> Void
  ) {
    self.format = format
    self.columns = columns
    self.write = write
  }

  mutating func add(_ records: [JSONValue]) throws(CommandFailure) {
    guard !records.isEmpty else { return }
    switch format {
    case .ndjson: try write(records.map(OutputOptions.line).joined())
    case .json:
      let texts = records.map { String(buffer: $0.serialized()) }
      try write((count == 0 ? "[" : ",\n") + texts.joined(separator: ",\n"))
    case .csv: try write(rows(records))
    }
    count += records.count
  }

  /// Says that there are no more.
  func end() throws(CommandFailure) {
    if format == .json { try write(count == 0 ? "[]\n" : "]\n") }
  }

  private mutating func rows(_ records: [JSONValue]) -> String {
    var text = ""
    let names: [String]
    if let columns {
      names = columns
    } else {
      names = records.first?.object.map { Array($0.keys) } ?? []
      columns = names
      text = CSVRow.line(names)
    }
    for record in records { text += CSVRow.line(names.map { CSVRow.cell(record[$0]) }) }
    return text
  }
}
