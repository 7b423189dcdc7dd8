/// What one job used, recorded in the step that ended it; or what an answer from the cache did, which became no job.
public struct UsageRecord: Sendable, Hashable {
  /// What answered, where anything did.
  public enum Source: String, Sendable, Hashable {
    case provider, cache
    /// The call of an equal request, whose key pays.
    case coalesced
  }

  /// The record's place in the outbox, such as `1738312502481-0`.
  public let id: String
  /// When it was written (Unix milliseconds, by Redis' clock).
  public let time: Int64
  public let job: JobID
  public let tenant: String
  /// The id of the key; nil for `SERVICE_API_KEY`.
  public let key: String?
  /// Whom the client named as its user.
  public let user: String?
  /// What was asked, by its name; nil in records of older versions.
  public let route: String?
  public let lane: String?
  public let state: JobState
  public let source: Source?
  /// Nil when no provider answered.
  public let provider: String?
  public let model: String?
  /// The key with which the provider was asked; nil where it has but one.
  public let providerKey: KeyPlace?
  public let usage: TokenUsage
  public let cost: NanoDollars
  /// Whether an answer was bought whose price nobody knew.
  public let isUnpriced: Bool
  /// From the job's coming to its first start, a delay that it asked for included; nil for one that never started, and
  /// for one that was requeued, as the other times.
  public let queueTime: Duration?
  /// From the job's coming to the first piece of its answer; nil for one that is not told in pieces.
  public let firstTokenTime: Duration?
  /// From the job's coming to its end.
  public let totalTime: Duration?
  public let attempts: Int
  /// Of these, those whose worker was lost. What they have used nobody knows: they count as what they had reserved.
  public let lostAttempts: Int
  /// How often an operator had requeued the job: each of its lives has a record.
  public let requeued: Int
  /// The client's `metadata`, a JSON object as it stands; nil where there was none.
  public let metadata: String?

  /// Reads one entry of the stream; nil for anything else.
  init?(_ entry: RESPValue) {
    guard let parts = entry.array, parts.count == 2, let id = parts[0].string, let pairs = parts[1].array
    else { return nil }
    var fields: [String: String] = [:]
    for index in stride(from: 0, to: pairs.count - 1, by: 2) {
      if let name = pairs[index].string { fields[name] = pairs[index + 1].string }
    }
    func number(_ name: String) -> Int { fields[name].flatMap(Int.init) ?? 0 }
    func text(_ name: String) -> String? { fields[name].flatMap { $0.isEmpty ? nil : $0 } }
    guard let job = fields["job"].flatMap(JobID.init(rawValue:)), let tenant = fields["tenant"],
      let state = fields["state"].flatMap(JobState.init)
    else { return nil }
    self.id = id
    time = id.split(separator: "-").first.flatMap { Int64($0) } ?? 0
    self.job = job
    self.tenant = tenant
    self.state = state
    (key, user, route, lane, metadata) = (
      text("key"), text("user"), text("route"), text("lane"), text("tags")
    )
    (provider, model) = (text("provider"), text("model"))
    providerKey = fields["provider_key"].flatMap(KeyPlace.init(description:))
    source = Self.source(text("how"), hasProvider: provider != nil)
    let kinds = TokenKinds(fields["kinds"] ?? "")
    usage = kinds.usage(promptTokens: number("prompt"), completionTokens: number("completion"))
    isUnpriced = kinds.isUnpriced
    lostAttempts = kinds.lostAttempts
    // Records of older versions tell whole micro-dollars only.
    let nanos = fields["nanos"].flatMap(Int64.init).map(Double.init) ?? Double(number("cost")) * 1000
    cost = NanoDollars(rawValue: Int64(min(max(nanos, 0), Double(NanoDollars.limit.rawValue))))
    attempts = number("attempts")
    requeued = number("requeued")
    let times = (fields["ms"] ?? "").split(separator: " ").map { Int64($0).map { Duration.milliseconds($0) } }
    (queueTime, firstTokenTime, totalTime) =
      times.count == 3 ? (times[0], times[1], times[2]) : (nil, nil, nil)
  }

  private static func source(_ how: String?, hasProvider: Bool) -> Source? {
    switch how {
    case "hit": .cache
    case "coalesced": .coalesced
    default: hasProvider ? .provider : nil
    }
  }

  /// The client's tags by their names; a value that is no text is passed over.
  public var tags: [String: String] {
    guard let metadata, let object = (try? JSONParser.parse(metadata))?.object else { return [:] }
    return object.reduce(into: [:]) { tags, member in tags[member.key] = member.value.string }
  }
}
