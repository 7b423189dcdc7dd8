import Shared

/// One value of a request that is wrong, and where it stands.
struct ValidationIssue: Sendable, Hashable {
  /// From the outside in: `body` or `query`, then names and indices.
  var location: [LocationPart]
  let fault: ValidationFault

  init(_ fault: ValidationFault, at location: [LocationPart] = []) {
    self.fault = fault
    self.location = location
  }

  /// The location as people write it, without `body` or `query`: `messages[0].role`.
  var path: String {
    var path = ""
    for part in location.dropFirst() {
      switch part {
      case .name(let name): path += path.isEmpty ? name : ".\(name)"
      case .index(let index): path += "[\(index)]"
      }
    }
    return path
  }

  var json: JSONValue {
    var members: JSONObject = [
      "loc": .array(location.map(\.json)), "msg": .string(fault.message), "type": .string(fault.type),
    ]
    let context = fault.context
    if !context.isEmpty { members["ctx"] = .object(context) }
    return .object(members)
  }
}
