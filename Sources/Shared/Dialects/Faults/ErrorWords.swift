/// What an error says, read from any of the shapes that providers and what stands before them use: OpenAI's, Gemini's,
/// Anthropic's, FastAPI's `detail`, lists of `errors`, RFC 9457's problems, OAuth's, Spring's, and one in another.
public struct ErrorWords: Sendable, Hashable {
  public var message: String?
  public var type: String?
  public var param: String?
  public var code: String?

  /// In characters; what is longer is no name.
  public static let longestName = 128
  /// Errors are wrapped by proxies, as JSON or as text that is JSON; more of them than this are no error.
  private static let deepest = 6
  /// The errors of a list that are told.
  private static let mostOfList = 5

  public init(_ value: JSONValue) {
    read(value, depth: 0)
    // A shape that nobody knows is better shown as it is than not at all.
    guard message == nil, type == nil, code == nil, (value[0] ?? value)["error"] == nil else { return }
    if let isEmpty = value.object?.isEmpty ?? value.array?.isEmpty, !isEmpty { message = value.description }
  }

  private init(_ value: JSONValue?, depth: Int) { read(value, depth: depth) }

  private mutating func read(_ value: JSONValue?, depth: Int) {
    guard depth <= Self.deepest else { return }
    switch value {
    case .string(let text): read(text: text, depth: depth)
    case .array(let elements): read(list: elements, depth: depth)
    case .object(let members): read(members, depth: depth)
    default: break
    }
  }

  /// A proxy may pass on the JSON that it was answered as a text.
  private mutating func read(text: String, depth: Int) {
    if let first = text.utf8.first(where: { $0 > 0x20 }), first == 0x7B || first == 0x5B,
      let value = try? JSONParser.parse(text, of: .provider)
    {
      let inner = ErrorWords(value, depth: depth + 1)
      if inner.message != nil {
        self = inner
        return
      }
    }
    message = text.contains { !$0.isWhitespace } ? text : nil
  }

  /// All messages, and the names of the first that has them.
  private mutating func read(list: [JSONValue], depth: Int) {
    let all = list.prefix(Self.mostOfList).map { ErrorWords($0, depth: depth + 1) }
    message = Self.join(all.map(\.message), by: "; ")
    for words in all { takeNames(of: words) }
  }

  private mutating func read(_ members: JSONObject, depth: Int) {
    if let place = members["loc"]?.array, let text = members["msg"]?.string {
      return read(validation: text, at: place, members["type"])
    }
    // Its own names go before those of what it holds.
    type = Self.name(members["type"] ?? members["error_type"] ?? members["__type"])
    if type == "error" { type = nil }
    param = members["param"]?.string ?? Self.field(in: members["details"])
    code = Self.code(members["code"] ?? members["error_code"] ?? members["errorcode"])
    if code == nil { code = Self.name(members["status"]).flatMap { $0 == $0.uppercased() ? $0 : nil } }
    var parts: [String?] = []
    for name in ["error", "fault"] {
      let inner = ErrorWords(members[name], depth: depth + 1)
      takeNames(of: inner)
      parts.append(inner.message)
    }
    // A word such as `invalid_scope` beside its description is a name.
    if let word = Self.name(members["error"]), word.contains("_"), Self.says(members) {
      code = code ?? word
      parts = []
    }
    for name in Self.sentences + ["errors", "detail", "details"] {
      // Gemini's `details` are for programs.
      if name == "details", members[name]?.array?.contains(where: { $0["@type"] != nil }) == true { continue }
      let inner = ErrorWords(members[name], depth: depth + 1)
      takeNames(of: inner)
      parts.append(inner.message)
    }
    // OpenRouter says "Provider returned error"; what that one said stands here.
    let raw = ErrorWords(members["metadata"]?["raw"], depth: depth + 1)
    takeNames(of: raw)
    parts.append(raw.message)
    message = Self.join(parts, by: ": ") ?? members["title"]?.string
  }

  /// An item of FastAPI's `detail`.
  private mutating func read(validation text: String, at place: [JSONValue], _ type: JSONValue?) {
    var path = ""
    for (position, step) in place.enumerated() {
      if let index = step.integer {
        path += "[\(index)]"
      } else if let name = step.string, position > 0 || name != "body" {
        path += path.isEmpty ? name : ".\(name)"
      }
    }
    message = path.isEmpty ? text : "\(path): \(text)"
    param = path.isEmpty ? nil : path
    code = Self.name(type)
  }

  // MARK: - Parts

  /// Members that hold sentences, or again an object that does.
  private static let sentences = [
    "message", "Message", "msg", "error_message", "errorMessage", "error_description", "description",
    "faultstring",
  ]

  private static func says(_ members: JSONObject) -> Bool {
    (sentences + ["detail"]).contains { members[$0]?.string?.isEmpty == false }
  }

  private mutating func takeNames(of other: ErrorWords) {
    type = type ?? other.type
    param = param ?? other.param
    code = code ?? other.code
  }

  /// A word that programs know, not a sentence.
  private static func name(_ value: JSONValue?) -> String? {
    guard let text = value?.string, (1...longestName).contains(text.utf8.count) else { return nil }
    let isWord = text.utf8.allSatisfy {
      switch $0 {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
      default: false
      }
    }
    return isWord ? text : nil
  }

  /// A number that is an HTTP status is no code.
  private static func code(_ value: JSONValue?) -> String? {
    let code = value?.integer.map { String($0) } ?? name(value)
    if let number = code.flatMap({ Int($0) }), (100..<600).contains(number) { return nil }
    return code
  }

  /// The first field that Gemini's `details` name.
  private static func field(in details: JSONValue?) -> String? {
    details?.array?.lazy.compactMap { $0["fieldViolations"]?[0]?["field"]?.string }.first
  }

  /// The parts that say something which those before did not.
  private static func join(_ parts: [String?], by separator: String) -> String? {
    var told: [String] = []
    for case let part? in parts where !told.contains(where: { $0.contains(part) }) { told.append(part) }
    return told.isEmpty ? nil : told.joined(separator: separator)
  }
}
