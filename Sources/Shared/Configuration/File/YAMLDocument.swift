import Yams

/// Reads one YAML document, of which JSON is a part. The only file that knows Yams.
enum YAMLDocument {
  /// What is wrong with the text and on which line, in words that hold nothing of the text itself: it may be a
  /// secret.
  struct Fault: Error, Equatable {
    let line: Int
    let problem: String
  }

  /// The longest text that is read, in bytes.
  static let byteLimit = 1_048_576

  static func parse(_ text: String) throws(Fault) -> YAMLNode {
    try refuseAnchors(in: text)
    return try compose(text) { node throws(Fault) in try convert(node) }
  }

  // MARK: - Anchors

  /// Nine lines of anchors can stand for a billion values, and Yams would walk through them to compare keys.
  /// A configuration of this size needs none, so they are refused before Yams follows any.
  ///
  /// Without its asterisks a text has no aliases left, so this reading follows nothing. The character in their
  /// place is one that no text has, so no two keys become equal by it.
  private static func refuseAnchors(in text: String) throws(Fault) {
    guard text.utf8.contains(UInt8(ascii: "&")), text.utf8.contains(UInt8(ascii: "*")) else { return }
    let harmless = String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "*" ? "\u{E000}" : $0 }))
    try compose(harmless) { node throws(Fault) in
      if let line = firstAnchor(in: node) {
        throw Fault(line: line, problem: "anchors and aliases (& and *) are not allowed; write the value out")
      }
    }
  }

  private static func firstAnchor(in node: Node) -> Int? {
    if node.anchor != nil { return node.mark?.line ?? 1 }
    switch node {
    case .scalar, .alias: return nil
    case .sequence(let elements): return elements.lazy.compactMap(firstAnchor).first
    case .mapping(let pairs):
      return pairs.lazy.compactMap { firstAnchor(in: $0.key) ?? firstAnchor(in: $0.value) }.first
    }
  }

  // MARK: - Yams

  /// `body` gets the document while its parser lives: nodes refer to anchors that it owns.
  private static func compose<Value>(
    _ text: String, _ body: (Node) throws(Fault) -> Value
  ) throws(Fault) -> Value {
    do {
      // Without rules, a scalar is text: what YAML 1.1 makes of `no`, `010` and `1:30` surprises everyone.
      let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      defer { withExtendedLifetime(parser) {} }
      guard let root = try parser.singleRoot() else {
        throw Fault(line: 1, problem: "there is nothing in the file")
      }
      return try body(root)
    } catch let fault as Fault {
      throw fault
    } catch {
      throw fault(of: error, in: text)
    }
  }

  private static func convert(_ node: Node) throws(Fault) -> YAMLNode {
    let line = node.mark?.line ?? 1
    switch node {
    case .scalar(let scalar):
      return YAMLNode(content: .scalar(scalar.string, isPlain: scalar.style == .plain), line: line)
    case .sequence(let elements):
      var list: [YAMLNode] = []
      for element in elements { list.append(try convert(element)) }
      return YAMLNode(content: .list(list), line: line)
    case .mapping(let pairs):
      var members: [YAMLNode.Member] = []
      for (key, value) in pairs {
        let keyLine = key.mark?.line ?? line
        guard let name = key.scalar?.string else {
          throw Fault(line: keyLine, problem: "a member's name must be a single word")
        }
        members.append(YAMLNode.Member(name: name, line: keyLine, value: try convert(value)))
      }
      return YAMLNode(content: .mapping(members), line: line)
    case .alias:
      throw Fault(line: line, problem: "aliases are not allowed; write the value out")
    }
  }

  private static func fault(of error: any Error, in text: String) -> Fault {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      // Where something is missing at the end, libyaml points at a line after the last.
      let lines = text.count { $0.isNewline } + (text.last?.isNewline == true ? 0 : 1)
      return Fault(line: min(mark.line, lines), problem: "this is no YAML: \(problem)")
    case .duplicatedKeysInMapping(_, let context):
      return Fault(line: context.mark.line, problem: "this member stands here more than once")
    case .reader(let problem, let offset, _, _):
      let before = text.prefix(offset ?? 0)
      return Fault(line: before.count(where: \.isNewline) + 1, problem: "this is no YAML: \(problem)")
    default:
      return Fault(line: 1, problem: "this is no YAML")
    }
  }
}
