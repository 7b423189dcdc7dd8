import NIOCore

/// A reply of Redis in RESP2 (https://redis.io/docs/latest/develop/reference/protocol-spec/).
public enum RESPValue: Sendable, Hashable {
  case simpleString(String)
  case error(String)
  case integer(Int64)
  case bulk(ByteBuffer)
  case array([RESPValue])
  case null
}

extension RESPValue {
  /// The text of a simple or bulk string.
  public var string: String? {
    switch self {
    case .simpleString(let text): text
    case .bulk(let buffer): String(buffer: buffer)
    default: nil
    }
  }

  public var integer: Int64? {
    if case .integer(let number) = self { number } else { nil }
  }

  public var array: [RESPValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The bytes of a bulk string.
  public var buffer: ByteBuffer? {
    if case .bulk(let buffer) = self { buffer } else { nil }
  }
}
