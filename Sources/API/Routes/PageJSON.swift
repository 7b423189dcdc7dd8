import NIOCore
import Shared

/// One page of a list as JSON: `{"data": […], "next": "…" or null}`, and the same as `next_cursor`, as it was named
/// before.
enum PageJSON {
  static func render(_ elements: [ByteBuffer], next: JobID?) -> ByteBuffer {
    render(elements, next: next?.rawValue)
  }

  static func render(_ elements: [ByteBuffer], next: String?) -> ByteBuffer {
    var json = ByteBuffer()
    json.reserveCapacity(elements.reduce(64) { $0 + $1.readableBytes + 1 })
    json.writeStaticString("{\"data\":[")
    for (index, element) in elements.enumerated() {
      if index > 0 { json.writeStaticString(",") }
      json.writeImmutableBuffer(element)
    }
    let cursor = next.map { "\"\($0)\"" } ?? "null"
    json.writeString("],\"next\":\(cursor),\"next_cursor\":\(cursor)}")
    return json
  }
}
