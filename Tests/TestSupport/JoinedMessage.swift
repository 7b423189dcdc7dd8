import Shared

/// A message as a client of Anthropic's joins it from a stream.
public struct JoinedMessage: Sendable {
  /// What is wrong with the events; empty where nothing is.
  public let faults: [String]
  public private(set) var blocks: [JSONObject] = []
  public private(set) var stopReason: String?
  /// As told last.
  public private(set) var usage: JSONObject = [:]
  /// What ended the stream too soon.
  public private(set) var error: JSONValue?

  public init(_ reply: StreamedReply) {
    faults = MessagesOrder.faults(in: reply.events.map { ($0.name, $0.json) })
    var input = ""
    for event in reply.events.map(\.json) {
      switch event["type"]?.string {
      case "message_start": take(event["message"]?["usage"])
      case "content_block_start":
        blocks.append(event["content_block"]?.object ?? [:])
        input = ""
      case "content_block_delta":
        for name in ["text", "thinking", "signature"] { grow(name, by: event["delta"]?[name]?.string) }
        input += event["delta"]?["partial_json"]?.string ?? ""
      case "content_block_stop":
        if !input.isEmpty { set("input", (try? JSONParser.parse(input)) ?? .string(input)) }
      case "message_delta":
        stopReason = event["delta"]?["stop_reason"]?.string
        take(event["usage"])
      case "error": error = event
      default: break
      }
    }
  }

  public var text: String { blocks.reduce(into: "") { $0 += $1["text"]?.string ?? "" } }

  /// As it goes back to the provider.
  public var content: JSONValue { .array(blocks.map(JSONValue.object)) }

  private mutating func take(_ usage: JSONValue?) {
    for (name, value) in usage?.object ?? [:] { self.usage[name] = value }
  }

  private mutating func grow(_ name: String, by piece: String?) {
    guard let piece, let last = blocks.last else { return }
    set(name, .string((last[name]?.string ?? "") + piece))
  }

  private mutating func set(_ name: String, _ value: JSONValue) {
    guard !blocks.isEmpty else { return }
    blocks[blocks.count - 1][name] = value
  }
}
