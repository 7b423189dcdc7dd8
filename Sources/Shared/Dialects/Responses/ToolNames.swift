/// The names under which the tools of a request are told to a model that knows functions only, and the way back: a custom
/// tool becomes a function with one text, and a function of a namespace has the namespace's name before its own.
public struct ToolNames: Sendable, Hashable {
  /// A tool as the client knows it.
  struct Known: Sendable, Hashable {
    var namespace: String?
    let name: String
    let isCustom: Bool
  }

  /// The one member of a custom tool's function.
  static let input = "input"
  /// The longest name that every provider takes.
  private static let longest = 64

  private var told: [String: Known] = [:]
  private var names: [Known: String] = [:]

  public init(of tools: [Tool]) {
    // A name that the client gave itself is never another's.
    for tool in tools {
      switch tool {
      case .function(let function): add(Known(name: function.name, isCustom: false), as: function.name)
      case .custom(let tool): add(Known(name: tool.name, isCustom: true), as: tool.name)
      case .namespace, .other: continue
      }
    }
    for case .namespace(let space) in tools {
      for tool in space.tools {
        switch tool {
        case .function(let function): add(Known(name: function.name, isCustom: false), in: space.name)
        case .custom(let tool): add(Known(name: tool.name, isCustom: true), in: space.name)
        case .namespace, .other: continue
        }
      }
    }
  }

  public var isEmpty: Bool { told.isEmpty }

  private mutating func add(_ tool: Known, as name: String) {
    told[name] = told[name] ?? tool
    names[tool] = name
  }

  private mutating func add(_ tool: Known, in namespace: String) {
    var tool = tool
    tool.namespace = namespace
    let whole = "\(namespace)__\(tool.name)"
    var name = Self.fitted(whole, 0)
    var count = 0
    while told[name] != nil, told[name] != tool {
      count += 1
      name = Self.fitted(whole, count)
    }
    add(tool, as: name)
  }

  /// Letters, digits, `_` and `-`, not too long: what is cut off is told apart by a digest.
  private static func fitted(_ name: String, _ count: Int) -> String {
    let plain = String(
      name.unicodeScalars.map { scalar -> Character in
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-")
          ? Character(scalar) : "_"
      })
    if plain == name, count == 0, plain.utf8.count <= longest { return plain }
    // FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv): the same in every process.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in "\(name)#\(count)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digest = String(hash % 0xFFFF_FFFF, radix: 36)
    return "\(plain.prefix(longest - 1 - digest.count))_\(digest)"
  }

  // MARK: - There and back

  /// What a tool is called where there are functions only.
  func name(of tool: String, in namespace: String?, isCustom: Bool) -> String {
    names[Known(namespace: namespace, name: tool, isCustom: isCustom)]
      ?? namespace.map { Self.fitted("\($0)__\(tool)", 0) } ?? tool
  }

  /// The tool that a model calls by a name; nil for a function that has no other.
  func tool(told name: String) -> Known? {
    guard let tool = told[name], tool.isCustom || tool.namespace != nil else { return nil }
    return tool
  }
}
