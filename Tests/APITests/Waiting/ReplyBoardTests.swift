import NIOCore
import NIOPosix
import Shared
import Testing

@testable import API

@Suite("Waiting for a job's end")
struct ReplyBoardTests {
  private let board = ReplyBoard()
  private let id = JobID(unixMilliseconds: 1)
  private let eventLoop = MultiThreadedEventLoopGroup.singleton.any()

  private func end(_ id: JobID) throws -> JobEnd {
    guard case .end(let end) = Announcement(ByteBuffer(string: "\(id) succeeded {\"a\":1}")) else {
      throw NotAnEnd()
    }
    return end
  }

  private struct NotAnEnd: Error {}

  @Test("an end that comes before the wait begins is not missed")
  func early() async throws {
    let expectation = board.expect(id)
    board.deliver(try end(id))
    let got = await expectation.end(within: .seconds(60), on: eventLoop)
    #expect(got.map { String(buffer: $0.body) } == "{\"a\":1}")
  }

  @Test("everyone who waits for a job is told, nobody else")
  func several() async throws {
    let both = [board.expect(id), board.expect(id)]
    let other = board.expect(JobID(unixMilliseconds: 2))
    async let first = both[0].end(within: .seconds(60), on: eventLoop)
    async let second = both[1].end(within: .seconds(60), on: eventLoop)
    board.deliver(try end(id))
    #expect(await first?.id == id)
    #expect(await second?.id == id)
    #expect(await other.end(within: .milliseconds(1), on: eventLoop) == nil)
  }

  @Test("a wait that is over gives nothing, and the board forgets")
  func timeOut() async {
    let expectation = board.expect(id)
    #expect(await expectation.end(within: .milliseconds(1), on: eventLoop) == nil)
    #expect(board.awaited == [id])
    board.forget(expectation)
    #expect(board.awaited.isEmpty)
  }

  @Test("a cancelled wait gives nothing at once")
  func cancelled() async {
    let expectation = board.expect(id)
    let eventLoop = eventLoop
    let waiting = Task { await expectation.end(within: .seconds(3600), on: eventLoop) }
    waiting.cancel()
    #expect(await waiting.value == nil)
  }

  @Test("draining ends the waits under way and those to come")
  func drains() async {
    let expectation = board.expect(id)
    async let waiting = expectation.end(within: .seconds(3600), on: eventLoop)
    board.drain()
    #expect(await waiting == nil)
    #expect(await board.expect(id).end(within: .seconds(3600), on: eventLoop) == nil)
  }

  @Test(
    "only announcements are taken for announcements",
    arguments: [
      "", "job_", "x succeeded {}", "job_000000000000000000000000000000000000",
      "job_000000000000000000000000000000000000 nonsense {}",
      "job_000000000000000000000000000000000000 event x delta {}",
      "job_000000000000000000000000000000000000 event 1 nonsense {}",
      "job_000000000000000000000000000000000000 event 1 delta {",
    ])
  func announcements(text: String) {
    #expect(Announcement(ByteBuffer(string: text)) == nil)
  }
}
