/// What one job used, recorded in the step that ended it.
public struct UsageRecord: Sendable, Hashable {
  /// The record's place in the outbox, such as `1738312502481-0`.
  public let id: String
  public let job: JobID
  public let tenant: String
  public let state: JobState
  /// Nil when no provider answered.
  public let provider: String?
  public let model: String?
  /// The key with which the provider was asked; nil where it has but one.
  public let providerKey: KeyPlace?
  public let usage: TokenUsage
  public let cost: NanoDollars
  public let attempts: Int
  /// How often an operator had requeued the job: each of its lives has a record.
  public let requeued: Int

  /// Reads one entry of the stream; nil for anything else.
  init?(_ entry: RESPValue) {
    guard let parts = entry.array, parts.count == 2, let id = parts[0].string, let pairs = parts[1].array
    else { return nil }
    var fields: [String: String] = [:]
    for index in stride(from: 0, to: pairs.count - 1, by: 2) {
      if let name = pairs[index].string { fields[name] = pairs[index + 1].string }
    }
    func number(_ name: String) -> Int { fields[name].flatMap(Int.init) ?? 0 }
    guard let job = fields["job"].flatMap(JobID.init(rawValue:)), let tenant = fields["tenant"],
      let state = fields["state"].flatMap(JobState.init)
    else { return nil }
    self.id = id
    self.job = job
    self.tenant = tenant
    self.state = state
    provider = fields["provider"].flatMap { $0.isEmpty ? nil : $0 }
    model = fields["model"].flatMap { $0.isEmpty ? nil : $0 }
    providerKey = fields["provider_key"].flatMap(KeyPlace.init(description:))
    usage = TokenUsage(promptTokens: number("prompt"), completionTokens: number("completion"))
    // Records of older versions tell whole micro-dollars only.
    let nanos = fields["nanos"].flatMap(Int64.init).map(Double.init) ?? Double(number("cost")) * 1000
    cost = NanoDollars(rawValue: Int64(min(max(nanos, 0), Double(NanoDollars.limit.rawValue))))
    attempts = number("attempts")
    requeued = number("requeued")
  }
}

extension JobQueue {
  /// The outbox of usage records, the oldest first, after the record `id`; nil begins at the oldest.
  public func usage(after id: String?, count: Int) async throws(QueueError) -> [UsageRecord] {
    var command = step("usage")
    command.append(id ?? "0")
    command.append(count)
    guard let entries = try await perform(command).array else { throw .unexpectedReply(step: "usage") }
    // Who adds records up reads each once: one that a failover undoes comes again as another.
    if !entries.isEmpty { try await requireAcknowledged() }
    return entries.compactMap(UsageRecord.init)
  }
}
