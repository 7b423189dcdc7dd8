import Shared
import Synchronization

/// Where the readers of this process wait for the events of jobs.
final class EventBoard: Sendable {
  /// Which readers a stopping process ends.
  enum Readers: Sendable {
    /// Those whose clients can go on elsewhere, at the event where they are.
    case resumable
    case all
  }

  private struct State {
    var feeds: [JobID: [EventFeed]] = [:]
    /// Who is ended as soon as they come.
    var drained: Readers?
  }

  private let state = Mutex(State())

  /// Begins to listen for the events behind number `last`, until the subscription is let go.
  func open(_ id: JobID, after last: Int, isResumable: Bool = true) -> EventSubscription {
    let feed = EventFeed(id: id, after: last, isResumable: isResumable)
    let drained = state.withLock { state in
      state.feeds[id, default: []].append(feed)
      return state.drained
    }
    if let drained, feed.isAmong(drained) { feed.close() }
    return EventSubscription(feed: feed, board: self)
  }

  fileprivate func forget(_ feed: EventFeed) {
    state.withLock { state in
      guard var feeds = state.feeds[feed.id] else { return }
      feeds.removeAll { $0 === feed }
      state.feeds[feed.id] = feeds.isEmpty ? nil : feeds
    }
  }

  func deliver(_ event: JobEvent, of id: JobID) {
    for feed in feeds(of: id) { feed.deliver(event) }
  }

  /// Tells the readers of a job how many events there are.
  func note(count: Int, of id: JobID) {
    for feed in feeds(of: id) { feed.note(count: count) }
  }

  /// Tells the readers of a job that an event is too large to be told.
  func noteLarge(_ number: Int, of id: JobID) {
    for feed in feeds(of: id) { feed.noteLarge(number) }
  }

  private func feeds(of id: JobID) -> [EventFeed] { state.withLock { $0.feeds[id] ?? [] } }

  /// The jobs that somebody watches.
  var watched: [JobID] { state.withLock { Array($0.feeds.keys) } }

  /// Ends readers, now and from now on: the process stops.
  func drain(_ readers: Readers) {
    let feeds = state.withLock { state in
      state.drained = readers
      return state.feeds.values.flatMap(\.self)
    }
    for feed in feeds where feed.isAmong(readers) { feed.close() }
  }
}

extension EventFeed {
  fileprivate func isAmong(_ readers: EventBoard.Readers) -> Bool { readers == .all || isResumable }
}

/// A feed that is listened to for as long as this is held: a response that never begins leaves nothing behind.
final class EventSubscription: Sendable {
  let feed: EventFeed
  private let board: EventBoard

  fileprivate init(feed: EventFeed, board: EventBoard) {
    self.feed = feed
    self.board = board
  }

  deinit { board.forget(feed) }
}
