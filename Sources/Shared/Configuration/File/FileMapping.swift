/// A mapping of a configuration file of which all members are known.
struct FileMapping {
  let place: FileValue
  private let members: [String: FileValue]

  /// Throws when it is no mapping, or has a member that is not among `names`.
  ///
  /// - Parameter showsNames: whether a wrong name may be repeated; it may not where a secret may have been
  ///   written in its place.
  init(_ place: FileValue, names: [String], showsNames: Bool = true) throws(ConfigurationError) {
    let allowed = names.joined(separator: ", ")
    guard case .mapping(let nodes) = place.node.content else {
      throw place.wrong("a mapping with \(allowed)", showing: showsNames)
    }
    var members: [String: FileValue] = [:]
    for node in nodes {
      guard names.contains(node.name) else {
        throw place.refused(
          Self.unknown(node.name, among: names, isShown: showsNames) + "; allowed are \(allowed)",
          line: node.line)
      }
      // Null stands for absent.
      guard !node.value.isNull else { continue }
      let path = place.path.isEmpty ? node.name : "\(place.path).\(node.name)"
      members[node.name] = FileValue(node: node.value, file: place.file, path: path)
    }
    self.place = place
    self.members = members
  }

  private static func unknown(_ name: String, among names: [String], isShown: Bool) -> String {
    guard isShown else { return "has a member that is not known here" }
    let guess = NearestName.of(name, among: names).map { ", did you mean \"\($0)\"?" } ?? ""
    return "has no member \"\(ConfigurationError.printable(name))\"\(guess)"
  }

  /// Nil when it is absent or null.
  subscript(name: String) -> FileValue? { members[name] }

  /// A member that must be there; `allowed` says what it would be.
  func required(_ name: String, _ allowed: String) throws(ConfigurationError) -> FileValue {
    guard let value = members[name] else { throw place.refused("lacks \"\(name)\"; allowed is \(allowed)") }
    return value
  }
}
