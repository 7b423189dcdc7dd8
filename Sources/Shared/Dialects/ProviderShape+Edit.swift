import OrderedCollections

extension ProviderShape {
  /// Leaves out, renames and adds members of a written request.
  func edit(_ request: WrittenRequest) -> WrittenRequest {
    guard !drop.isEmpty || !rename.isEmpty || !send.isEmpty,
      case .object(let members)? = try? JSONParser.parse(request.body, of: .own)
    else { return request }
    var edited = JSONObject(minimumCapacity: members.count)
    var dropped = request.dropped
    for (name, value) in members {
      if drop.contains(name) { dropped.append(name) } else { edited[rename[name] ?? name] = value }
    }
    for (name, value) in send { edited[name] = value }
    return WrittenRequest(body: JSONValue.object(edited).serialized(), dropped: dropped)
  }
}
