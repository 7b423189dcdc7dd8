import Shared

/// The events of a streamed response, put together as OpenAI's SDK does, and everything that it, or a client that is
/// stricter than it, would not take.
public struct JoinedResponse: Sendable {
  /// The response of the last event; null without one.
  public private(set) var response = JSONValue.null
  /// The name of the last event.
  public private(set) var end = ""
  public private(set) var faults: [String] = []
  private var items: [JSONValue] = []
  private var begun: [JSONValue] = []
  /// By item and part: the pieces so far.
  private var texts: [String: String] = [:]
  private var count: Int64 = 0

  public init(_ events: [(name: String, json: JSONValue)]) {
    for (name, event) in events { take(name, event) }
    check(response["output"] == .array(items), "the output is not what the items were at their ends")
    check(begun.count == items.count, "an item has no end")
    let kinds = ["response.completed", "response.incomplete", "response.failed"]
    check(kinds.contains(end), "the stream ends with \(end)")
  }

  public init(_ reply: StreamedReply) {
    self.init(reply.events.map { ($0.name, $0.json) })
  }

  /// All text of messages, joined.
  public var text: String {
    (response["output"]?.array ?? []).filter { $0["type"] == "message" }
      .flatMap { $0["content"]?.array ?? [] }.reduce(into: "") { $0 += $1["text"]?.string ?? "" }
  }

  private mutating func check(_ holds: Bool, _ fault: String) {
    if !holds { faults.append(fault) }
  }

  private mutating func take(_ name: String, _ event: JSONValue) {
    check(event["type"]?.string == name, "\(name) has another type")
    check(
      event["sequence_number"] == .integer(count),
      "\(name) has the number \(event["sequence_number"] ?? .null)")
    count += 1
    check(kindOfEnd == nil, "\(name) comes after the end")
    end = name
    switch name {
    case "response.created":
      check(count == 1, "created is not the first")
      response = event["response"] ?? .null
      check(
        response["status"] == (isBackground ? "queued" : "in_progress"),
        "created is \(response["status"] ?? .null)")
    case "response.queued": check(isBackground && count == 2, "queued is not the second")
    case "response.in_progress":
      check(count == (isBackground ? 3 : 2), "in_progress is the event \(count)")
    case "response.completed", "response.incomplete", "response.failed":
      check(event["response"]?["id"] == response["id"], "the response has another id at its end")
      response = event["response"] ?? .null
    case "response.output_item.added": takeBeginning(event)
    case "response.output_item.done": takeEnd(event)
    default: takeInside(name, event)
    }
  }

  private var isBackground: Bool { response["background"] == true }

  private var kindOfEnd: String? {
    ["response.completed", "response.incomplete", "response.failed"].first { $0 == end }
  }

  private mutating func takeBeginning(_ event: JSONValue) {
    check(event["output_index"] == .integer(Int64(begun.count)), "an item has the place of another")
    let item = event["item"] ?? .null
    check(item["id"]?.string?.isEmpty == false, "an item has no id")
    check(!begun.contains { $0["id"] == item["id"] }, "two items have one id")
    begun.append(item)
    items.append(.null)
  }

  private mutating func takeEnd(_ event: JSONValue) {
    guard let place = event["output_index"]?.integer.map({ Int($0) }), begun.indices.contains(place) else {
      return check(false, "an item ends that has not begun")
    }
    let item = event["item"] ?? .null
    check(item["id"] == begun[place]["id"], "an item has another id at its end")
    check(item["type"] == begun[place]["type"], "an item is of another type at its end")
    check(items[place].isNull, "an item ends twice")
    items[place] = item
    for name in ["content", "summary"] {
      for (index, part) in (item[name]?.array ?? []).enumerated() {
        guard let text = part["text"]?.string ?? part["refusal"]?.string else { continue }
        let told = texts["\(place) \(name == "summary" ? "summary" : "content") \(index)"]
        check(told == text, "a text is \(text) and was told as \(told ?? "nothing")")
      }
    }
    if let text = item["arguments"]?.string ?? item["input"]?.string, item["call_id"] != nil {
      check(texts["\(place) call"] ?? "" == text, "arguments are \(text) and were told otherwise")
    }
  }

  private mutating func takeInside(_ name: String, _ event: JSONValue) {
    guard let place = event["output_index"]?.integer.map({ Int($0) }), begun.indices.contains(place) else {
      return check(false, "\(name) is of no item")
    }
    check(items[place].isNull, "\(name) comes after the end of its item")
    check(event["item_id"] == begun[place]["id"], "\(name) has another id")
    let key =
      if let index = event["summary_index"]?.integer {
        "\(place) summary \(index)"
      } else if let index = event[
        "content_index"]?.integer
      { "\(place) content \(index)" } else { "\(place) call" }
    switch name {
    case "response.content_part.added", "response.reasoning_summary_part.added":
      check(texts[key] == nil, "a part begins twice")
      texts[key] = ""
    case let name where name.hasSuffix(".delta"):
      if key.hasSuffix("call") { texts[key] = texts[key] ?? "" }
      check(texts[key] != nil, "\(name) comes before its part")
      texts[key]? += event["delta"]?.string ?? ""
      if name.contains("output_text") { check(event["logprobs"]?.array != nil, "\(name) has no logprobs") }
    case let name where name.hasSuffix(".done") && !name.contains("_part."):
      let text = event["text"] ?? event["refusal"] ?? event["arguments"] ?? event["input"]
      check(text?.string == texts[key] ?? "", "\(name) tells another text than came")
    default: check(texts[key] != nil, "\(name) is of no part")
    }
  }
}
