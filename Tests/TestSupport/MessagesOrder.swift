import Shared

/// Whether events come as Anthropic's clients want them: one start, blocks without gaps that never interleave, each with
/// pieces of its own kind, an end that says how, and nothing behind it.
public enum MessagesOrder {
  /// What is wrong; empty where nothing is. `events` are of one stream.
  public static func faults(in events: [MessagesEvent]) -> [String] {
    faults(
      in: events.map { event in
        (event.name, (try? JSONParser.parse(event.data)) ?? .null)
      })
  }

  public static func faults(in events: [(name: String?, data: JSONValue)]) -> [String] {
    var reader = Reader()
    for event in events { reader.read(event.name, event.data) }
    if !reader.isOver { reader.faults.append("the end is missing") }
    return reader.faults
  }

  private struct Reader {
    var faults: [String] = []
    var isOver = false
    private var isBegun = false
    private var blocks: Int64 = 0
    private var open: String?
    private var hasSaidHow = false

    private static let kinds = [
      "text_delta": ["text"], "citations_delta": ["text"], "thinking_delta": ["thinking"],
      "signature_delta": ["thinking"], "input_json_delta": ["tool_use", "server_tool_use"],
    ]

    mutating func read(_ name: String?, _ data: JSONValue) {
      if name == nil || data["type"]?.string != name { faults.append("a name and a type differ: \(data)") }
      if isOver { faults.append("something behind the end: \(data)") }
      if !isBegun, name != "message_start", name != "error" { faults.append("no start before: \(data)") }
      switch name {
      case "message_start":
        if isBegun { faults.append("a second start") }
        isBegun = true
        if data["message"]?["usage"]?["output_tokens"] == nil { faults.append("a start without usage") }
      case "content_block_start":
        if open != nil { faults.append("a block in a block") }
        if data["index"]?.integer != blocks { faults.append("a gap: \(data)") }
        open = data["content_block"]?["type"]?.string ?? ""
      case "content_block_delta":
        let kind = data["delta"]?["type"]?.string ?? ""
        if data["index"]?.integer != blocks || Self.kinds[kind]?.contains(open ?? "-") != true {
          faults.append("a piece of another block: \(data)")
        }
      case "content_block_stop":
        if open == nil || data["index"]?.integer != blocks { faults.append("an end of no block: \(data)") }
        open = nil
        blocks += 1
      case "message_delta":
        if open != nil { faults.append("an unended block") }
        hasSaidHow = true
        if data["usage"]?["output_tokens"] == nil { faults.append("an end without usage") }
      case "message_stop":
        if !hasSaidHow { faults.append("nobody said how it ends") }
        isOver = true
      case "error": isOver = true
      case "ping": break
      default: faults.append("an unknown event: \(data)")
      }
    }
  }
}
