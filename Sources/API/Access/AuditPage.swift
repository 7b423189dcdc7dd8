import Shared

/// Entries of the log, the newest first, each as it is shown, and where to go on; nil at the end.
struct AuditPage: Sendable {
  let entries: [JSONValue]
  let next: String?
}
