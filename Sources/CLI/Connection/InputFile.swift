import FoundationEssentials

/// A text file that a command reads; `-` is the standard input.
enum InputFile {
  static func text(of path: String) throws(CommandFailure) -> String {
    guard path != "-" else { return standardInput() }
    let data: Data
    do { data = try Data(contentsOf: URL(filePath: path)) } catch {
      throw .usage("the file \"\(path)\" cannot be read")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw .usage("the file \"\(path)\" is no text in UTF-8")
    }
    return text
  }

  private static func standardInput() -> String {
    var text = ""
    while let line = readLine(strippingNewline: false) { text += line }
    return text
  }
}
