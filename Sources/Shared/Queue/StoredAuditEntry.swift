/// The same with its place in the log, such as `1738312502481-0`.
public struct StoredAuditEntry: Sendable, Hashable {
  public let place: String
  public let entry: AuditEntry
}
