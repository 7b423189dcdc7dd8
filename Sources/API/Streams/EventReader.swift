import NIOCore
import Shared

/// Reads the events of one job in their order, none missing and none twice: from announcements while they come
/// without a gap, from the job's log at the start and after one.
struct EventReader: Sendable {
  enum Step: Sendable {
    case events([JobEvent])
    /// Nothing happened for a while.
    case quiet
    /// All has been read, or the reader must go on elsewhere.
    case over
  }

  private let desk: JobDesk
  private let client: Client
  private let subscription: EventSubscription
  /// The number of the last event that was read.
  private(set) var number: Int
  private var mustLook = true
  /// Whether the job was there.
  private var hasSeen = false
  private var isOver = false

  var id: JobID { feed.id }
  private var feed: EventFeed { subscription.feed }

  init(_ subscription: EventSubscription, after number: Int, client: Client, desk: JobDesk) {
    self.subscription = subscription
    self.number = number
    self.client = client
    self.desk = desk
  }

  /// What comes next, within `timeout`. Throws ``Problem/jobNotFound`` when there is no such job of the client, and
  /// ``Problem/unavailable(_:retryAfter:)`` when it was lost since it was seen; while Redis is away, it is quiet.
  mutating func next(within timeout: Duration) async throws(Problem) -> Step {
    if isOver { return .over }
    if !mustLook {
      switch await feed.next(within: timeout, on: desk.eventLoops.any()) {
      case .events(let events): return took(events)
      case .quiet: return .quiet
      case .closed:
        isOver = true
        return .over
      case .behind: mustLook = true
      }
    }
    return try await look(within: timeout)
  }

  private mutating func look(within timeout: Duration) async throws(Problem) -> Step {
    feed.beginLooking()
    let page: EventPage?
    do {
      page = try await desk.queue.events(
        of: id, tenant: client.tenant, after: number, announceTo: desk.channel)
    } catch {
      if error.isRefusal { throw Problem(error) }
      // The caller tells its client that it is still there, and comes again.
      try? await Task.sleep(for: min(timeout, .seconds(1)))
      return .quiet
    }
    guard let page, client.mayRead(madeBy: page.job.key) else {
      guard hasSeen else { throw .jobNotFound }
      // Counted by who accepted it.
      throw .unavailable(.jobIsLost, retryAfter: .seconds(1))
    }
    hasSeen = true
    if page.job.areEventsGone { throw .gone(.events(id)) }
    mustLook = page.hasMore
    let step = took(page.events)
    if !page.hasMore { feed.endLooking(at: number) }
    // Someone who asks for what comes after the end is told that nothing does.
    if page.events.isEmpty, page.job.state.isTerminal { isOver = true }
    return isOver && page.events.isEmpty ? .over : step
  }

  private mutating func took(_ events: [JobEvent]) -> Step {
    guard let last = events.last else { return .quiet }
    number = last.number
    if last.kind == .done { isOver = true }
    return .events(events)
  }
}
