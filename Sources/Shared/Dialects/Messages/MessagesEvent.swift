public import NIOCore

/// One event of Anthropic's stream, as it is written for a client.
public struct MessagesEvent: Sendable, Hashable {
  /// The event's name, which its data repeat as `type`: the official clients pass over data without one.
  public let name: String
  /// One line of JSON.
  public let data: ByteBuffer

  /// `writeMembers` writes what stands beside the type.
  init(_ name: StaticString, _ writeMembers: (inout JSONWriter) -> Void = { _ in }) {
    self.name = "\(name)"
    var json = JSONWriter()
    json.object { json in
      json.member("type", "\(name)")
      writeMembers(&json)
    }
    data = json.buffer
  }

  static func blockStart(_ index: Int, _ block: JSONObject) -> MessagesEvent {
    MessagesEvent("content_block_start") { json in
      json.member("index", Int64(index))
      json.member("content_block", json: .object(block))
    }
  }

  /// `member` is the one that holds the piece.
  static func delta(
    _ index: Int, _ type: StaticString, _ member: StaticString, _ piece: String
  ) -> MessagesEvent {
    MessagesEvent("content_block_delta") { json in
      json.member("index", Int64(index))
      json.name("delta")
      json.object { json in
        json.member("type", "\(type)")
        json.member(member, piece)
      }
    }
  }

  static func citation(_ index: Int, _ citation: JSONObject) -> MessagesEvent {
    MessagesEvent("content_block_delta") { json in
      json.member("index", Int64(index))
      json.member("delta", json: ["type": "citations_delta", "citation": .object(citation)])
    }
  }

  static func blockStop(_ index: Int) -> MessagesEvent {
    MessagesEvent("content_block_stop") { $0.member("index", Int64(index)) }
  }

  public static let ping = MessagesEvent("ping")
}
