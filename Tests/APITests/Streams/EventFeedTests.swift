import NIOCore
import NIOPosix
import Testing

@testable import API
@testable import Shared

@Suite("One reader's wait for events")
struct EventFeedTests {
  private let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
  private let id = JobID(unixMilliseconds: 1)

  private func event(_ number: Int, size: Int = 10) throws -> JobEvent {
    let text = String(repeating: "x", count: size)
    var writer = JobDeltaWriter(as: .parts)
    return try #require(
      JobEvent(number: number, kind: "delta", payload: writer.encode(JobDelta(AnswerDelta(text)))))
  }

  private func next(_ feed: EventFeed) async -> String {
    switch await feed.next(within: .milliseconds(1), on: eventLoop) {
    case .events(let events): events.map { "\($0.number)" }.joined(separator: " ")
    case .behind: "behind"
    case .quiet: "quiet"
    case .closed: "closed"
    }
  }

  @Test("a log that is gone, perhaps with its job, is looked at")
  func gone() async throws {
    let feed = EventFeed(id: id, after: 0)
    feed.note(count: 0)
    #expect(await next(feed) == "quiet")
    feed.deliver(try event(1))
    #expect(await next(feed) == "1")
    feed.note(count: 0)
    #expect(await next(feed) == "behind")
  }

  @Test("what comes in order is given out in order, once")
  func order() async throws {
    let feed = EventFeed(id: id, after: 2)
    #expect(await next(feed) == "quiet")
    for number in [1, 2, 3, 4, 4, 5] { feed.deliver(try event(number)) }
    #expect(await next(feed) == "3 4 5")
    #expect(await next(feed) == "quiet")
  }

  @Test("a gap sends the reader to the log, and what comes while it looks is not lost")
  func gap() async throws {
    let feed = EventFeed(id: id, after: 0)
    feed.deliver(try event(1))
    feed.deliver(try event(3))
    #expect(await next(feed) == "1")
    #expect(await next(feed) == "behind")
    feed.beginLooking()
    for number in 3...6 { feed.deliver(try event(number)) }
    feed.endLooking(at: 4)
    #expect(await next(feed) == "5 6")
    feed.deliver(try event(7))
    #expect(await next(feed) == "7")
  }

  @Test("a gap while the reader looks sends it there again")
  func gapWhileLooking() async throws {
    let feed = EventFeed(id: id, after: 0)
    feed.beginLooking()
    feed.deliver(try event(5))
    feed.deliver(try event(7))
    feed.endLooking(at: 5)
    #expect(await next(feed) == "behind")
    feed.beginLooking()
    feed.deliver(try event(9))
    feed.endLooking(at: 7)
    #expect(await next(feed) == "behind", "8 is missing")
  }

  @Test("a count that is higher than what was heard tells of lost announcements")
  func count() async throws {
    let feed = EventFeed(id: id, after: 0)
    feed.deliver(try event(1))
    feed.note(count: 1)
    #expect(await next(feed) == "1")
    #expect(await next(feed) == "quiet")
    feed.note(count: 2)
    #expect(await next(feed) == "behind")
  }

  @Test("a count that is lower tells that the reader asked for what comes after the end")
  func shortLog() async throws {
    let feed = EventFeed(id: id, after: 1000)
    feed.deliver(try event(4))
    #expect(await next(feed) == "quiet")
    feed.note(count: 4)
    #expect(await next(feed) == "behind")
  }

  @Test("a reader that does not read is given up after 256 KiB")
  func slow() async throws {
    let feed = EventFeed(id: id, after: 0)
    for number in 1...20 { feed.deliver(try event(number, size: 16_384)) }
    #expect(await next(feed) == "closed")
  }

  @Test("one event that is larger than that is read all the same")
  func large() async throws {
    let feed = EventFeed(id: id, after: 0)
    feed.deliver(try event(1, size: 1 << 20))
    #expect(await next(feed) == "1")
  }

  @Test("an event that is too large to be told sends the reader to the log, behind what it heard before")
  func tooLargeToTell() async throws {
    let feed = EventFeed(id: id, after: 0)
    feed.deliver(try event(1))
    feed.noteLarge(2)
    feed.deliver(try event(3))
    #expect(await next(feed) == "1")
    #expect(await next(feed) == "behind")
    feed.beginLooking()
    feed.endLooking(at: 3)
    feed.noteLarge(3)
    #expect(await next(feed) == "quiet", "it has been read")
    feed.deliver(try event(4))
    #expect(await next(feed) == "4")
  }

  @Test("one that comes while the reader looks sends it there again, unless it was found")
  func tooLargeWhileLooking() async throws {
    let feed = EventFeed(id: id, after: 0)
    feed.beginLooking()
    feed.noteLarge(3)
    feed.endLooking(at: 3)
    #expect(await next(feed) == "quiet")
    feed.beginLooking()
    feed.noteLarge(5)
    feed.endLooking(at: 4)
    #expect(await next(feed) == "behind")
  }

  @Test("a waiting reader wakes for an event, for the end of the process, and when it is cancelled")
  func wakes() async throws {
    let board = EventBoard()
    let eventLoop = eventLoop
    let first = board.open(id, after: 0)
    async let news = first.feed.next(within: .seconds(3600), on: eventLoop)
    board.deliver(try event(1), of: id)
    guard case .events = await news else {
      Issue.record("an event came")
      return
    }
    let waiting = Task { await first.feed.next(within: .seconds(3600), on: eventLoop) }
    waiting.cancel()
    guard case .quiet = await waiting.value else {
      Issue.record("nothing came")
      return
    }
    async let end = first.feed.next(within: .seconds(3600), on: eventLoop)
    board.drain(.all)
    guard case .closed = await end else {
      Issue.record("the process stops")
      return
    }
    #expect(await next(board.open(id, after: 0).feed) == "closed")
  }

  @Test("who cannot go on elsewhere is not ended before the end")
  func drainsInTwoSteps() async throws {
    let board = EventBoard()
    let (resumable, other) = (board.open(id, after: 0), board.open(id, after: 0, isResumable: false))
    board.drain(.resumable)
    #expect(await next(resumable.feed) == "closed")
    let late = board.open(id, after: 0, isResumable: false)
    #expect(await next(other.feed) == "quiet")
    #expect(await next(late.feed) == "quiet")
    board.drain(.all)
    #expect(await next(other.feed) == "closed")
    #expect(await next(late.feed) == "closed")
  }

  @Test("a subscription that is let go leaves nothing behind")
  func forgets() {
    let board = EventBoard()
    var subscription: EventSubscription? = board.open(id, after: 0)
    #expect(board.watched == [id])
    withExtendedLifetime(subscription) {}
    subscription = nil
    #expect(board.watched.isEmpty)
  }
}
