import NIOCore
import Testing

@testable import Worker

@Suite("The bounds of time of one attempt")
struct AttemptBoundsTests {
  private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

  private func at(_ seconds: Int64) -> NIODeadline { Self.start + .seconds(seconds) }

  private func bounds(
    _ timeouts: ProviderTimeouts = ProviderTimeouts(), streams: Bool, isLast: Bool = true
  ) -> AttemptBounds {
    AttemptBounds(timeouts, streams: streams, isLast: isLast, start: Self.start)
  }

  @Test(
    "a whole answer has ten minutes in all, however long nothing of it comes", arguments: [0, 70, 400, 599])
  func whole(seconds: Int64) {
    var bounds = bounds(streams: false)
    bounds.requestIsSent(at: at(0))
    #expect(bounds.verdict(at: at(seconds)) == .soundUntil(at(600)))
    #expect(bounds.verdict(at: at(600)) == .exceeded(.total(.seconds(600))))
  }

  @Test("while another target remains it has five, unless less or a time of its own is set")
  func beforeNext() throws {
    #expect(bounds(streams: false, isLast: false).verdict(at: at(299)) == .soundUntil(at(300)))
    #expect(bounds(streams: false, isLast: false).verdict(at: at(300)) == .exceeded(.total(.seconds(300))))
    let short = ProviderTimeouts(total: .seconds(20))
    #expect(bounds(short, streams: false, isLast: false).verdict(at: at(0)) == .soundUntil(at(20)))
    let own = ProviderTimeouts().overridden(by: .init(total: .seconds(900)))
    #expect(bounds(own, streams: false, isLast: false).verdict(at: at(0)) == .soundUntil(at(900)))
  }

  @Test("a stream has five minutes to its first event, from the end of its request; comments are none")
  func firstEvent() {
    var bounds = bounds(streams: true, isLast: false)
    bounds.requestIsSent(at: at(4))
    #expect(bounds.verdict(at: at(4)) == .soundUntil(at(304)))
    bounds.bytesCame(withEvent: false, at: at(200))
    #expect(bounds.verdict(at: at(303)) == .soundUntil(at(304)))
    #expect(bounds.verdict(at: at(304)) == .exceeded(.firstByte(.seconds(300))))
  }

  @Test("once it has begun it may be silent for two minutes from its last byte, be that a comment's")
  func idle() {
    var bounds = bounds(streams: true)
    bounds.requestIsSent(at: at(0))
    bounds.bytesCame(withEvent: true, at: at(1))
    #expect(bounds.verdict(at: at(1)) == .soundUntil(at(121)), "sooner than its first event had to come")
    bounds.bytesCame(withEvent: true, at: at(110))
    #expect(bounds.verdict(at: at(121)) == .soundUntil(at(230)))
    #expect(bounds.verdict(at: at(230)) == .exceeded(.idle(.seconds(120))))
  }

  @Test("a stream that goes on has an hour")
  func streamTotal() {
    var bounds = bounds(streams: true, isLast: false)
    bounds.requestIsSent(at: at(0))
    bounds.bytesCame(withEvent: true, at: at(3599))
    #expect(bounds.verdict(at: at(3599)) == .soundUntil(at(3600)))
    #expect(bounds.verdict(at: at(3600)) == .exceeded(.total(.seconds(3600))))
  }

  @Test("an answer that comes whole where a stream was asked for is held to what holds for whole ones")
  func comesWhole() {
    var bounds = bounds(streams: true)
    bounds.requestIsSent(at: at(0))
    bounds.comesWhole()
    bounds.bytesCame(withEvent: false, at: at(1))
    #expect(bounds.verdict(at: at(400)) == .soundUntil(at(600)))
  }
}
