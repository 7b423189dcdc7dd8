import FoundationEssentials
import Shared

/// Where an export has come to, between two runs of it.
struct ExportState: Sendable, Hashable {
  /// The id of the record that was written last; nil at the start.
  var cursor: String?
  /// The columns of CSV; nil before there are any.
  var columns: [String]?
}

extension ExportState {
  /// Reads a file; one that is not there is the start.
  init(file path: String) throws(CommandFailure) {
    self.init()
    guard FileManager.default.fileExists(atPath: path) else { return }
    let json = try? JSONParser.parse(try InputFile.text(of: path))
    guard let json, let cursor = json["cursor"]?.string else {
      throw .option("state", "\"\(path)\" is no file that --state has written")
    }
    self.cursor = cursor
    columns = json["columns"]?.array?.compactMap(\.string)
  }

  /// Replaces the file as a whole, so that a crash leaves the old one or the new one.
  func write(to path: String) throws(CommandFailure) {
    let json: JSONValue = [
      "cursor": cursor.map(JSONValue.string) ?? .null,
      "columns": columns.map { .array($0.map(JSONValue.string)) } ?? .null,
    ]
    let text = OutputOptions.line(json)
    do { try Data(text.utf8).write(to: URL(filePath: path), options: .atomic) } catch {
      throw .failed("the file \"\(path)\" of --state cannot be written")
    }
  }
}
