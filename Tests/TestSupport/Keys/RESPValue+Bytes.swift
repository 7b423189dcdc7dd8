import NIOCore
import Shared

extension RESPValue {
  /// The bytes of a bulk string; none of anything else.
  public var bytes: [UInt8] { buffer.map { Array($0.readableBytesView) } ?? [] }
}
