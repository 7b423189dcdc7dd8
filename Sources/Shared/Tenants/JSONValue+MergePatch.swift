extension JSONValue {
  /// The value with a JSON merge patch applied (RFC 7396): members of objects are replaced one by one, null takes one
  /// away, and all else replaces the whole.
  func patched(by patch: JSONValue) -> JSONValue {
    guard case .object(let changes) = patch else { return patch }
    var members = object ?? [:]
    for (name, change) in changes {
      if change.isNull {
        members[name] = nil
      } else {
        members[name] = (members[name] ?? .null).patched(by: change)
      }
    }
    return .object(members)
  }
}
