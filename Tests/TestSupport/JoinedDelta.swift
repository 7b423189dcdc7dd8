public import OrderedCollections
public import Shared

/// Deltas of OpenAI's joined into a message, as `accumulate_delta` of OpenAI's Python SDK joins them
/// (https://github.com/openai/openai-python, lib/streaming/_deltas.py): texts and numbers are added, `index` and `type`
/// replaced, objects joined by member, lists by each entry's `index`.
public struct JoinedDelta: Sendable {
  public private(set) var members: JSONObject = [:]
  /// What an official client would stumble over.
  public private(set) var faults: [String] = []

  public init() {}

  public mutating func add(_ delta: JSONObject) {
    check(delta)
    Self.add(delta, to: &members)
  }

  /// A list that a client sees for the first time it takes as it is, so each delta must be in order by itself.
  private mutating func check(_ delta: JSONObject) {
    for (name, value) in delta {
      let entries = (value.array ?? []).compactMap(\.object)
      let indices = entries.compactMap { $0["index"]?.integer }
      let isJoined = members[name] != nil || name == "tool_calls" || !indices.isEmpty
      if isJoined, indices.count < entries.count { faults.append("an entry of \(name) without an index") }
      if Set(indices).count < indices.count {
        faults.append("two entries of \(name) for one index: \(indices)")
      }
      let known = Int64(members[name]?.array?.count ?? 0)
      let new = indices.filter { $0 >= known }
      if new != Array(known..<known + Int64(new.count)) {
        faults.append("\(name) goes on with \(new), and has \(known)")
      }
    }
  }

  private static func add(_ delta: JSONObject, to joined: inout JSONObject) {
    for (name, value) in delta {
      guard let known = joined[name], !known.isNull, name != "index", name != "type" else {
        joined[name] = value
        continue
      }
      switch (known, value) {
      case (.string(let text), .string(let more)): joined[name] = .string(text + more)
      case (.integer(let number), .integer(let more)): joined[name] = .integer(number + more)
      case (.object(var members), .object(let more)):
        add(more, to: &members)
        joined[name] = .object(members)
      case (.array(let entries), .array(let more)): joined[name] = .array(list(entries, with: more))
      // Anything else, null too, leaves what is there.
      default: break
      }
    }
  }

  private static func list(_ entries: [JSONValue], with more: [JSONValue]) -> [JSONValue] {
    var entries = entries
    if entries.allSatisfy({ $0.string != nil || $0.double != nil }) { return entries + more }
    for entry in more {
      guard let members = entry.object, let index = entry["index"]?.integer else { continue }
      if entries.indices.contains(Int(index)) {
        var joined = entries[Int(index)].object ?? [:]
        add(members, to: &joined)
        entries[Int(index)] = .object(joined)
      } else {
        entries.append(entry)
      }
    }
    return entries
  }
}
