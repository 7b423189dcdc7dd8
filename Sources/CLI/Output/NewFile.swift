import FoundationEssentials

/// A file that is written once and holds no secret.
enum NewFile {
  static func write(_ text: String, to path: String) throws(CommandFailure) {
    guard !FileManager.default.fileExists(atPath: path) else {
      throw .usage("the file \"\(path)\" is there already; name another")
    }
    do { try Data(text.utf8).write(to: URL(filePath: path)) } catch {
      throw .failed("the file \"\(path)\" cannot be written")
    }
  }
}
