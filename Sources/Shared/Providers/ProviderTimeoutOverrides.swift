/// The time-outs of one provider where they differ from those of the environment; nil leaves the environment's.
public struct ProviderTimeoutOverrides: Sendable, Hashable {
  /// For name lookup, TCP and TLS together.
  public var connect: Duration?
  /// Until the first event of a streamed answer.
  public var firstByte: Duration?
  /// From then on, between two bytes of it.
  public var idle: Duration?
  /// For a whole answer that is not streamed, whether another target remains or not.
  public var total: Duration?
  /// For a whole streamed answer.
  public var streamTotal: Duration?

  public init(
    connect: Duration? = nil, firstByte: Duration? = nil, idle: Duration? = nil, total: Duration? = nil,
    streamTotal: Duration? = nil
  ) {
    self.connect = connect
    self.firstByte = firstByte
    self.idle = idle
    self.total = total
    self.streamTotal = streamTotal
  }
}
