/// YAML that others wrote, as JSON: for what is read once and is no configuration of ours.
public enum YAMLText {
  /// What is wrong with a text, and where; nothing of the text itself is in it.
  public struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String
  }

  /// Plain `true`, `null` and numbers are no texts, as in YAML 1.2's JSON schema. Anchors are refused.
  public static func json(of text: String) throws(Fault) -> JSONValue {
    guard text.utf8.count <= YAMLDocument.byteLimit else {
      throw Fault(description: "it has more than \(YAMLDocument.byteLimit) bytes")
    }
    do { return try YAMLDocument.parse(text).json } catch {
      throw Fault(description: "line \(error.line): \(error.problem)")
    }
  }
}
