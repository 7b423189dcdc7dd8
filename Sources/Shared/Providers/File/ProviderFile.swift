/// What the file of `SLUICE_CONFIG` declares. Reading it needs no other file and no environment; keys are looked
/// up when a catalog is made of it.
struct ProviderFile: Sendable {
  let providers: [DeclaredProvider]
  let routes: [DeclaredRoute]
  let aliases: [DeclaredAlias]

  /// The files that hold keys.
  var keyFiles: [String] { providers.flatMap { $0.keys?.files ?? [] } }

  /// Reads the file that `SLUICE_CONFIG` names; nil when it names none.
  static func read(_ environment: ProcessEnvironment) throws(ConfigurationError) -> ProviderFile? {
    guard let path = try environment.readIfSet(Variables.configFile) else { return nil }
    let text: String
    do { text = try BoundedFile.text(of: path, limit: YAMLDocument.byteLimit) } catch {
      let shown = ConfigurationError.printable(path)
      switch error {
      case .unreadable:
        throw ConfigurationError("SLUICE_CONFIG names \"\(shown)\", which cannot be read; allowed is a file")
      case .tooLarge(let limit):
        throw ConfigurationError("\(shown): the file is too large; allowed are \(limit) bytes")
      case .notUTF8: throw ConfigurationError("\(shown): the file is not UTF-8; allowed is UTF-8")
      }
    }
    return try ProviderFile(text, file: path)
  }

  /// - Parameter file: its name, for errors.
  init(_ text: String, file: String) throws(ConfigurationError) {
    let root: YAMLNode
    do { root = try YAMLDocument.parse(text) } catch {
      throw ConfigurationError("\(ConfigurationError.printable(file)):\(error.line): \(error.problem)")
    }
    let place = FileValue(node: root, file: ConfigurationError.printable(file), path: "")
    let mapping = try FileMapping(place, names: ["providers", "routes", "aliases"])
    providers = try Self.elements(of: mapping["providers"], "providers", DeclaredProvider.init) {
      ($0.name, $0.namePlace)
    }
    routes = try Self.elements(of: mapping["routes"], "routes", DeclaredRoute.init) {
      ($0.route.name, $0.namePlace)
    }
    aliases = try mapping["aliases"].map(DeclaredAlias.all) ?? []
  }

  /// Elements of a list that have names of their own.
  private static func elements<Element>(
    of place: FileValue?, _ what: String, _ read: (FileValue) throws(ConfigurationError) -> Element,
    named: (Element) -> (name: String, place: FileValue)
  ) throws(ConfigurationError) -> [Element] {
    var elements: [Element] = []
    var lines: [String: Int] = [:]
    for element in try place?.list("a list of \(what)") ?? [] {
      let element = try read(element)
      let (name, place) = named(element)
      if let line = lines[name] {
        throw place.refused("holds \"\(name)\", which line \(line) has, too; allowed is a name of its own")
      }
      lines[name] = place.node.line
      elements.append(element)
    }
    return elements
  }
}
