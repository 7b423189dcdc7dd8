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
