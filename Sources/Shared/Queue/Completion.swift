import NIOCore
import Synchronization

/// What a worker records of a job that has an answer, or of a delivery that has reached its client.
///
/// A class, since it is handed from step to step with all its members.
public final class Completion: Batchable {
  public let lease: Lease
  /// Of which the job's slot becomes a part, unless something is queued.
  public let offer: SlotOffer?
  /// ``JobResult/encoded()``; empty for a delivery.
  let result: ByteBuffer
  let isCacheable: Bool
  /// With the place of the key behind a `#`, where it has several.
  let provider: String
  let model: String
  let promptTokens: Int
  let completionTokens: Int
  let cost: NanoDollars
  /// ``TokenKinds`` as text.
  let kinds: String
  /// How long ago (ms) the first piece of the answer came; empty for one that is not told in pieces.
  let sinceFirstToken: String

  private let told = Mutex<JobAccount?>(nil)

  /// What the step has said of the job that it has recorded now; nil before, and for a delivery.
  public var account: JobAccount? { told.withLock(\.self) }

  func take(_ reply: RESPValue) {
    if let account = JobAccount(reply) { told.withLock { $0 = account } }
  }

  public var size: Int { result.readableBytes }

  public func goes(with other: Completion) -> Bool {
    offer == other.offer && lease.worker == other.lease.worker
  }

  /// For a job that has an answer.
  public init(
    of lease: Lease, with result: JobResult, as form: StoredForm = .parts, isCacheable: Bool,
    offer: SlotOffer? = nil, sinceFirstToken: Duration? = nil
  ) {
    self.lease = lease
    self.offer = offer
    self.result = result.encoded(as: form)
    self.isCacheable = isCacheable
    provider = result.provider + (result.providerKey.map { "#\($0)" } ?? "")
    model = result.model
    let usage = result.usedInAll
    promptTokens = usage.promptTokens
    completionTokens = usage.completionTokens
    cost = result.cost
    kinds = TokenKinds(of: usage, isUnpriced: result.isUnpriced).description
    self.sinceFirstToken = sinceFirstToken.map { "\($0.wholeMilliseconds)" } ?? ""
  }

  /// For a delivery that has reached its client.
  public init(ofDelivery lease: Lease) {
    self.lease = lease
    offer = nil
    result = ByteBuffer()
    isCacheable = false
    provider = ""
    model = ""
    promptTokens = 0
    completionTokens = 0
    cost = .zero
    kinds = ""
    sinceFirstToken = ""
  }
}
