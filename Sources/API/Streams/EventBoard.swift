import Shared
import Synchronization

/// Where the readers of this process wait for the events of jobs.
final class EventBoard: Sendable {
  private struct State {
    var feeds: [JobID: [EventFeed]] = [:]
    var isDrained = false
  }

  private let state = Mutex(State())

  /// Begins to listen for the events behind number `last`, until the subscription is let go.
  func open(_ id: JobID, after last: Int) -> EventSubscription {
    let feed = EventFeed(id: id, after: last)
    let isDrained = state.withLock { state in
      state.feeds[id, default: []].append(feed)
      return state.isDrained
    }
    if isDrained { feed.close() }
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

  private func feeds(of id: JobID) -> [EventFeed] { state.withLock { $0.feeds[id] ?? [] } }

  /// The jobs that somebody watches.
  var watched: [JobID] { state.withLock { Array($0.feeds.keys) } }

  /// Ends all readers, now and from now on: the process stops, they go on elsewhere.
  func drain() {
    let feeds = state.withLock { state in
      state.isDrained = true
      return state.feeds.values.flatMap(\.self)
    }
    for feed in feeds { feed.close() }
  }
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
