extension JobQueue {
  /// Notices of all tenants, the oldest first, after the notice `id`; nil begins at the oldest. About the last 10,000 are
  /// kept.
  public func notices(after id: String?, count: Int) async throws(QueueError) -> [Notice] {
    var command = step("notices")
    command.append(id ?? "0")
    command.append(count)
    guard let entries = try await perform(command).array else { throw .unexpectedReply(step: "notices") }
    return entries.compactMap(Notice.init)
  }
}
