import NIOCore
import Shared

/// One event of a stream, with the empty line that ends it.
enum ServerSentEvent {
  /// OpenAI's: data and nothing else.
  static func lineFeed(_ object: JSONObject) -> ByteBuffer {
    var buffer = ByteBuffer(string: "data: ")
    buffer.writeImmutableBuffer(JSONValue.object(object).serialized())
    buffer.writeStaticString("\n\n")
    return buffer
  }

  /// Google's lines end with CRLF.
  static func carriageReturnLineFeed(_ object: JSONObject) -> ByteBuffer {
    var buffer = ByteBuffer(string: "data: ")
    buffer.writeImmutableBuffer(JSONValue.object(object).serialized())
    buffer.writeStaticString("\r\n\r\n")
    return buffer
  }

  /// Anthropic's: every event is named, by its `type`.
  static func named(_ object: JSONObject) -> ByteBuffer {
    var buffer = ByteBuffer(string: "event: \(object["type"]?.string ?? "error")\ndata: ")
    buffer.writeImmutableBuffer(JSONValue.object(object).serialized())
    buffer.writeStaticString("\n\n")
    return buffer
  }

  /// A comment keeps a connection awake and says nothing.
  static func isComment(_ part: ByteBuffer) -> Bool { part.readableBytesView.first == UInt8(ascii: ":") }
}
