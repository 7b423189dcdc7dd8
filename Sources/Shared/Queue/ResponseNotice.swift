/// That a response has ended for which nobody waits, as the queue notes it for the tenant's webhooks.
public struct ResponseNotice: Sendable, Hashable {
  /// How a response ends, as OpenAI's webhooks tell it.
  public enum End: String, Sendable, Hashable, CaseIterable {
    case completed
    case incomplete
    case failed
    case cancelled

    /// The name of the event by which a webhook is told.
    public var event: String { "response.\(rawValue)" }
  }

  /// The response's job.
  public let job: JobID
  public let tenant: String
  /// When it ended, by the clock of Redis (Unix milliseconds).
  public let at: Int64

  public init(job: JobID, tenant: String, at: Int64) {
    self.job = job
    self.tenant = tenant
    self.at = at
  }

  /// Reads what kept.lua writes; nil for anything else.
  init?(json: JSONValue) {
    guard let job = json["response"]?.string.flatMap(JobID.init(rawValue:)),
      let tenant = json["tenant"]?.string, let at = json["at"]?.string.flatMap(Int64.init)
    else { return nil }
    self.init(job: job, tenant: tenant, at: at)
  }

  var json: JSONValue {
    ["response": .string(job.rawValue), "tenant": .string(tenant), "at": .string(String(at))]
  }
}

extension KeptResponse {
  /// How it has ended; nil where it has not.
  public var end: ResponseNotice.End? {
    switch job.state {
    case .queued, .scheduled, .running: nil
    case .cancelled: .cancelled
    case .failed, .expired: .failed
    case .succeeded:
      switch job.body.flatMap(StoredResult.init)?.answer.finishReason {
      case .length?, .contentFilter?: .incomplete
      default: .completed
      }
    }
  }
}
