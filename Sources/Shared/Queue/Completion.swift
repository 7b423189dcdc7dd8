import NIOCore

/// What a worker records of a job that has an answer, or of a delivery that has reached its client.
public struct Completion: Sendable {
  public let lease: Lease
  /// ``JobResult/encoded()``; empty for a delivery.
  let result: ByteBuffer
  let isCacheable: Bool
  let provider: String
  let model: String
  let usage: TokenUsage
  let cost: MicroDollars

  /// How many bytes it stores, about.
  public var size: Int { result.readableBytes }

  public init(of lease: Lease, with result: JobResult, isCacheable: Bool) {
    self.lease = lease
    self.result = result.encoded()
    self.isCacheable = isCacheable
    provider = result.provider
    model = result.model
    usage = result.usage
    cost = result.cost
  }

  public init(ofDelivery lease: Lease) {
    self.lease = lease
    result = ByteBuffer()
    isCacheable = false
    provider = ""
    model = ""
    usage = .zero
    cost = .zero
  }
}
