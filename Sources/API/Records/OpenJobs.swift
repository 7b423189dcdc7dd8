import Shared

/// The jobs of a tenant that have not ended.
struct OpenJobs: Sendable {
  private static let atOnce = 100

  let queue: JobQueue

  /// Cancels them all, of a tenant of which no new ones come. Returns how many.
  func cancel(of tenant: TenantID) async throws(Problem) -> Int {
    var cancelled = 0
    for state in [JobState.scheduled, .queued, .running] {
      var cursor: JobID?
      repeat {
        do {
          let page = try await queue.list(
            tenant: tenant.rawValue, state: state, before: cursor, count: Self.atOnce)
          cancelled += try await cancel(page.elements.map(\.id), of: tenant)
          cursor = page.next
        } catch { throw Problem(error) }
      } while cursor != nil
    }
    return cancelled
  }

  private func cancel(_ ids: [JobID], of tenant: TenantID) async throws(QueueError) -> Int {
    let queue = queue
    let outcomes = await withTaskGroup(of: Result<Cancellation, QueueError>.self) { group in
      for id in ids {
        group.addTask {
          do throws(QueueError) { return .success(try await queue.cancel(id, tenant: tenant.rawValue)) } catch
          {
            return .failure(error)
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    var cancelled = 0
    for outcome in outcomes where try outcome.get() == .cancelled { cancelled += 1 }
    return cancelled
  }
}
