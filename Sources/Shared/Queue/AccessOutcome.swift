/// What became of a change.
public enum AccessOutcome: Sendable, Hashable {
  /// 0 where the record is gone.
  case done(epoch: Int)
  case exists
  case absent
  /// The key's tenant is not there.
  case tenantIsAbsent
  /// Another has changed the record since.
  case conflict(epoch: Int)
  /// The tenant has so many jobs that have not ended.
  case hasOpenJobs(Int)

  init?(_ reply: [RESPValue]) {
    switch (reply.first?.string, reply.last?.integer.map(Int.init)) {
    case ("done", let epoch?): self = .done(epoch: epoch)
    case ("exists", _): self = .exists
    case ("absent", _): self = .absent
    case ("no-tenant", _): self = .tenantIsAbsent
    case ("conflict", let epoch?): self = .conflict(epoch: epoch)
    case ("open", let jobs?): self = .hasOpenJobs(jobs)
    default: return nil
    }
  }
}
