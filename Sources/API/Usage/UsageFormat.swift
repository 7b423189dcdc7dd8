import NIOCore
import Shared

/// In which form usage is answered.
enum UsageFormat: String, Sendable, Hashable, CaseIterable {
  case json, csv, ndjson

  var contentType: String {
    switch self {
    case .json: "application/json"
    case .csv: "text/csv; charset=utf-8; header=present"
    case .ndjson: "application/x-ndjson"
    }
  }
}

/// Lines of comma-separated values (RFC 4180), as they are: what looks like a formula stays what it is.
struct CSVLines: Sendable {
  private(set) var bytes = ByteBuffer()

  mutating func add(_ values: [String]) {
    for (index, value) in values.enumerated() {
      if index > 0 { bytes.writeStaticString(",") }
      add(value)
    }
    bytes.writeStaticString("\r\n")
  }

  private mutating func add(_ value: String) {
    let needsQuotes = value.utf8.contains { byte in
      byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\r")
        || byte == UInt8(ascii: "\n")
    }
    bytes.writeString(needsQuotes ? "\"\(value.replacing("\"", with: "\"\""))\"" : value)
  }
}
