import Shared
import Synchronization

/// What this worker knows of the targets' quotas, which all workers share through Redis.
///
/// A target without a configured quota, of which plenty is left by its own word, costs a look under a lock.
/// Without Redis nobody can share anything: the target is asked, and its 429 is the answer.
final class QuotaBoard: Sendable {
  /// What one response has to tell the others.
  struct Report: Sendable, Hashable {
    let target: Target
    let reservation: QuotaReservation?
    /// Nil when the response did not say.
    let usedTokens: Int?
    let stated: [StatedQuota]
  }

  enum Permission: Sendable, Hashable {
    /// The reservation to settle, if one was needed.
    case granted(QuotaReservation?)
    case refused(CircuitRefusal)
  }

  /// Reports wait here while Redis is slow; the oldest are dropped first, and the next response says more.
  private static let waitingReports = 4096

  private let catalogs: CatalogSource
  private let shared: any QuotaSharing
  private let metered = Mutex(Set<Target>())
  private let news: AsyncStream<Report>.Continuation
  /// For one ``QuotaRefresher``.
  let reports: AsyncStream<Report>

  init(catalogs: CatalogSource, shared: any QuotaSharing) {
    self.catalogs = catalogs
    self.shared = shared
    (reports, news) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.waitingReports))
  }

  // MARK: - For the cascade

  /// Whether a request has to be counted: the target has quotas, or little is left of those that it states.
  func isMetered(_ target: Target) -> Bool {
    !quotas(of: target).isEmpty || metered.withLock { $0.contains(target) }
  }

  /// Whether a request of about so many tokens may be sent to the target now. They are counted only where it matters.
  func reserve(_ target: Target, tokens: @autoclosure () -> Int) async -> Permission {
    guard isMetered(target) else { return .granted(nil) }
    switch try? await shared.reserve(target, tokens: tokens(), quotas: quotas(of: target)) {
    case .success(let reservation): return .granted(reservation)
    case .failure(let exhausted): return .refused(.outOfQuota(for: exhausted.wait))
    case nil: return .granted(nil)
    }
  }

  /// Notes what a response said. `usedTokens` is nil when nothing was used or nothing is known.
  func record(_ stated: [StatedQuota], of target: Target, _ reservation: QuotaReservation?, usedTokens: Int?)
  {
    let isTight = stated.contains(where: \.isTight)
    guard isTight || reservation != nil else { return }
    if isTight { metered.withLock { _ = $0.insert(target) } }
    news.yield(
      Report(target: target, reservation: reservation, usedTokens: usedTokens, stated: stated))
  }

  // MARK: - For the refresher

  /// Tells the others. Redis errors change nothing: the next response says more.
  func tell(_ report: Report) async {
    do {
      if let reservation = report.reservation, let used = report.usedTokens {
        try await shared.settle(reservation, usedTokens: used, quotas: quotas(of: report.target))
      }
      if !report.stated.isEmpty {
        try await shared.observe(report.stated, of: report.target, receipt: report.reservation?.receipt)
      }
    } catch {}
  }

  /// Takes over what the others know.
  func refresh() async {
    guard let targets = try? await shared.metered() else { return }
    metered.withLock { $0 = targets }
  }

  private func quotas(of target: Target) -> [Quota] {
    catalogs.quotas(of: target)
  }
}
