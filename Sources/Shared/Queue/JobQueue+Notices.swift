import NIOCore

extension JobQueue {
  /// Notices of all tenants, the oldest first, after the one at a place of the stream; nil begins at the oldest. About the
  /// last 10,000 are kept.
  public func notices(after place: String?, count: Int) async throws(QueueError) -> [StoredNotice] {
    var command = step("notices")
    command.append(place ?? "0")
    command.append(count)
    guard let entries = try await perform(command).array else { throw .unexpectedReply(step: "notices") }
    return entries.compactMap(StoredNotice.init)
  }

  /// Whom a tenant wants called; nobody where there is no such tenant.
  public func webhooks(of tenant: String) async throws(QueueError) -> [Tenant.Webhook] {
    var command = step("webhooks")
    command.append(tenant)
    guard let webhooks = try await perform(command).array else { throw .unexpectedReply(step: "webhooks") }
    return webhooks.compactMap { webhook in
      guard let words = webhook.array?.compactMap(\.string), let url = words.first else { return nil }
      return Tenant.Webhook(url: url, events: words.count > 1 ? Array(words.dropFirst()) : nil)
    }
  }

  /// The notice with the end of its budget's period, where its step did not know that: no step knows calendars, and a job that
  /// ends in a later period than it was admitted in brings the end of that one only.
  public func dated(_ notice: Notice) async throws(QueueError) -> Notice {
    guard notice.finish == nil, let budget = notice.budget, budget.period != .life else { return notice }
    let record = try await AccessStore(self).records(tenant: notice.tenant, key: "").tenant
    guard let json = record.json.flatMap({ try? JSONParser.parse($0) }),
      let tenant = try? Tenant(stored: json)
    else { return notice }
    var dated = notice
    let calendar = BudgetCalendar(timeZone: tenant.timeZone) ?? .utc
    dated.finish = calendar.period(budget.period, at: notice.at).upperBound
    return dated
  }

  /// Queues the calls that a notice comes to, and ends its job, in one step.
  public func notify(_ lease: Lease, _ calls: [NoticeCall]) async throws(QueueError) -> Settlement {
    try await notify(lease, calls.map { (url: $0.url, request: $0.encoded()) })
  }

  /// The same of responses.
  public func notify(_ lease: Lease, ofResponse calls: [ResponseCall]) async throws(QueueError) -> Settlement
  {
    try await notify(lease, calls.map { (url: $0.url, request: $0.encoded()) })
  }

  private func notify(
    _ lease: Lease, _ calls: [(url: String, request: ByteBuffer)]
  ) async throws(QueueError) -> Settlement {
    var command = step("notify")
    command.append(lease.id.rawValue)
    command.append(lease.fence)
    command.append(lease.worker)
    command.append(retention.jobs.wholeMilliseconds)
    for call in calls {
      command.append(call.url)
      command.append(call.request)
    }
    return try await settle(command, step: "notify")
  }
}
