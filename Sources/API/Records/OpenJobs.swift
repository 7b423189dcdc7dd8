import Shared

/// The jobs of a tenant that have not ended.
struct OpenJobs: Sendable {
  private static let atOnce = 100

  let queue: JobQueue

  /// Cancels them all. No new ones come of a tenant that is deleted.
  func cancel(of tenant: TenantID) async throws(Problem) {
    for state in [JobState.scheduled, .queued, .running] {
      var cursor: JobID?
      repeat {
        let page: Page<JobRecord>
        do {
          page = try await queue.list(
            tenant: tenant.rawValue, state: state, before: cursor, count: Self.atOnce)
        } catch { throw Problem(error) }
        await cancel(page.elements.map(\.id), of: tenant)
        cursor = page.next
      } while cursor != nil
    }
  }

  private func cancel(_ ids: [JobID], of tenant: TenantID) async {
    await withTaskGroup(of: Void.self) { group in
      for id in ids {
        // One that Redis did not answer for is over with its deadline.
        group.addTask { _ = try? await queue.cancel(id, tenant: tenant.rawValue) }
      }
    }
  }
}
