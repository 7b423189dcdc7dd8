import DequeModule

/// The calls of an answer whose results have not come, the oldest first. A result names its call by its id, else by the name
/// of its function.
struct GeminiOpenCalls {
  /// In the order in which they came; nil for one whose result has come.
  private var calls: [ToolCall?] = []
  /// Places of calls. One that was found by the other way may stand here still.
  private var byID: [String: Deque<Int>] = [:]
  private var byName: [String: Deque<Int>] = [:]
  private var count = 0

  var isEmpty: Bool { count == 0 }

  /// The function of the oldest.
  var firstName: String? { calls.lazy.compactMap { $0?.name }.first }

  mutating func append(_ call: ToolCall) {
    byID[call.id, default: []].append(calls.count)
    byName[call.name, default: []].append(calls.count)
    calls.append(call)
    count += 1
  }

  /// Takes the oldest call of that id, else the oldest of that name; nil where there is none.
  mutating func take(id: String, name: String) -> ToolCall? {
    guard
      let place = Self.takeFirst(of: &byID[id], among: calls)
        ?? Self.takeFirst(of: &byName[name], among: calls)
    else { return nil }
    let call = calls[place]
    calls[place] = nil
    count -= 1
    if isEmpty { self = GeminiOpenCalls() }
    return call
  }

  private static func takeFirst(of places: inout Deque<Int>?, among calls: [ToolCall?]) -> Int? {
    while let place = places?.popFirst() { if calls[place] != nil { return place } }
    return nil
  }
}
