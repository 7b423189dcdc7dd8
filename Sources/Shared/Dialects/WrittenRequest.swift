public import NIOCore

/// A request as a provider gets it.
public struct WrittenRequest: Sendable {
  public var body: ByteBuffer
  /// What the client asked for and the target has no word for, by the client's names.
  public var dropped: [String]

  public init(body: ByteBuffer, dropped: [String] = []) {
    self.body = body
    self.dropped = dropped
  }
}
