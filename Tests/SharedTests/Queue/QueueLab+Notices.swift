import NIOCore

@testable import Shared

extension QueueLab {
  /// A job that costs so much of a budget. The notices that come of it are taken and told to nobody.
  func spend(_ cost: Int64, _ budget: BudgetDemand) async throws {
    try await admit(admission(demand: demand(budgets: [budget])))
    try await complete(try await claimOne(), cost: cost)
    _ = try await takeNotices()
  }

  /// Takes the notices that nobody was told of, and tells nobody.
  func takeNotices() async throws -> [Notice] {
    var notices: [Notice] = []
    for job in try await queue.claim(99, worker: "w").jobs {
      guard case .tell(let notice)? = job.request.flatMap(NoticeTask.init) else { throw NothingToClaim() }
      guard try await queue.notify(job.lease, []) == .recorded else { throw NothingToClaim() }
      notices.append(notice)
    }
    return notices
  }
}
