/// Where a file says that a provider's key is. The file itself never holds one: it is read by more people and
/// more programs than a secret should be.
struct KeyReference: Sendable {
  enum Source: Sendable, Hashable {
    case environment(String)
    case file(String)
  }

  static let allowed = "{env: VARIABLE} or {file: /path}, which hold the key; without it no key is sent"

  let source: Source
  private let place: FileValue

  /// - Parameter others: members that may stand beside it.
  init(_ place: FileValue, beside others: [String] = []) throws(ConfigurationError) {
    if case .scalar = place.node.content {
      throw place.refused("must not hold the key itself; allowed is \(Self.allowed)")
    }
    let mapping = try FileMapping(place, names: ["env", "file"] + others, showsNames: false)
    switch (mapping["env"], mapping["file"]) {
    case (let variable?, nil):
      self.place = variable
      // Capitals only, as variables are written: whoever puts the key itself here is told so.
      source = .environment(
        try variable.text("a variable's name in capitals, such as OPENAI_API_KEY", showing: false) { text in
          let isName = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
              UInt8(ascii: "_"):
              true
            default: false
            }
          }
          return isName && text.first?.isNumber == false && text.utf8.count <= 128 ? text : nil
        })
    case (nil, let file?):
      self.place = file
      source = .file(
        try file.text("a path that begins with / or .", showing: false) {
          $0.hasPrefix("/") || $0.hasPrefix(".") ? $0 : nil
        })
    default: throw place.refused("must hold one of env and file; allowed is \(Self.allowed)")
    }
  }

  /// The file that holds the key, to be watched.
  var file: String? {
    if case .file(let path) = source { path } else { nil }
  }

  /// The key, or the variable that is not set. Throws when there is something that is no key.
  func access(_ environment: ProcessEnvironment) throws(ConfigurationError) -> ProviderAccess {
    switch source {
    case .environment(let name):
      do throws(ConfigurationError) {
        let key = try environment.readIfSet(.secret(name, "the key of a provider"))
        return key.map { .key($0) } ?? .off(needs: name)
      } catch {
        throw place.refused("names a variable that is wrong: \(error)")
      }
    case .file(let path): return .key(try key(in: path))
    }
  }

  private func key(in path: String) throws(ConfigurationError) -> Secret {
    let shown = ConfigurationError.printable(path)
    do { return try SecretFile.secret(in: path) } catch {
      switch error {
      case .unreadable:
        throw place.refused("names the file \"\(shown)\", which cannot be read; allowed is a file with a key")
      case .empty:
        throw place.refused("names the file \"\(shown)\", which is empty; allowed is a file with a key")
      case .noSecret:
        throw place.refused(
          "names the file \"\(shown)\", which holds no key; allowed is visible ASCII characters without spaces"
        )
      }
    }
  }
}
