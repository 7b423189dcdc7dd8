import FoundationEssentials

/// A small text file, read whole.
enum BoundedFile {
  enum Fault: Error, Sendable {
    case unreadable
    case tooLarge(limit: Int)
    case notUTF8
  }

  /// Only regular files are read: a device or a pipe has no end.
  static func text(of path: String, limit: Int) throws(Fault) -> String {
    guard let stamp = FileStamp(of: path), stamp.isRegularFile else { throw .unreadable }
    guard stamp.size <= limit else { throw .tooLarge(limit: limit) }
    guard let data = try? Data(contentsOf: URL(filePath: path)) else { throw .unreadable }
    guard data.count <= limit else { throw .tooLarge(limit: limit) }
    guard let text = String(validating: data, as: UTF8.self) else { throw .notUTF8 }
    return text
  }
}
