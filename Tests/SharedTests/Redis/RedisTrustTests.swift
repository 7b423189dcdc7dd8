import Testing

@testable import Shared

@Suite("Which connections are trusted")
struct RedisTrustTests {
  private var trust = RedisTrust()
  private let start = ContinuousClock.now
  private let (first, second, third): (Int, Int, Int)

  init() {
    first = trust.join(now: start).id
    second = trust.join(now: start).id
    third = trust.join(now: start).id
  }

  private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

  @Test("a connection that has just been answered is trusted")
  func fresh() {
    #expect([first, second, third].allSatisfy(trust.trusts) && !trust.isSuspect)
  }

  @Test("one command whose time runs out puts all connections in doubt, and Redis is suspect")
  mutating func begins() {
    let (doubted, change) = trust.ranOut(second, now: at(0))
    #expect(doubted.sorted() == [first, second, third] && change == .began)
    #expect(trust.isSuspect && ![first, second, third].contains(where: trust.trusts))
  }

  @Test("further commands whose time runs out meanwhile change nothing")
  mutating func goesOn() {
    _ = trust.ranOut(second, now: at(0))
    for id in [first, second, third] {
      let (doubted, change) = trust.ranOut(id, now: at(5))
      #expect(doubted.isEmpty && change == nil)
    }
    #expect(trust.answered(first, now: at(7)) == .ended(after: .milliseconds(7)))
  }

  @Test("the first answer ends the suspicion; each other connection is trusted once it is answered itself")
  mutating func ends() {
    _ = trust.ranOut(first, now: at(0))
    #expect(trust.answered(third, now: at(1)) == .ended(after: .milliseconds(1)))
    #expect(trust.trusts(third) && !trust.trusts(first) && !trust.trusts(second) && !trust.isSuspect)
    #expect(trust.answered(second, now: at(2)) == nil)
    #expect(trust.answered(second, now: at(2)) == nil)
    #expect(trust.trusts(second))
  }

  @Test("what still runs out on a connection that is cut casts no doubt on those that have answered since")
  mutating func cut() {
    _ = trust.ranOut(first, now: at(0))
    _ = trust.answered(second, now: at(1))
    let (doubted, change) = trust.ranOut(first, now: at(9))
    #expect(doubted.isEmpty && change == nil && trust.trusts(second) && !trust.isSuspect)
  }

  @Test("a second silence is a suspicion of its own, of those that were trusted")
  mutating func again() {
    _ = trust.ranOut(first, now: at(0))
    _ = trust.answered(second, now: at(1))
    let (doubted, change) = trust.ranOut(second, now: at(10))
    #expect(doubted == [second] && change == .began && trust.isSuspect)
    #expect(trust.answered(first, now: at(12)) == .ended(after: .milliseconds(2)), "a late reply")
  }

  @Test("a new connection over which Redis has answered ends the suspicion")
  mutating func joins() {
    _ = trust.ranOut(first, now: at(0))
    let (id, change) = trust.join(now: at(3))
    #expect(change == .ended(after: .milliseconds(3)) && trust.trusts(id) && !trust.trusts(first))
  }

  @Test(
    "a connection that has left says nothing any more, and without any Redis stays suspect until one joins")
  mutating func leaves() {
    _ = trust.ranOut(first, now: at(0))
    for id in [first, second, third] { trust.leave(id) }
    #expect(trust.answered(first, now: at(1)) == nil)
    #expect(trust.ranOut(second, now: at(1)).doubted.isEmpty)
    #expect(trust.isSuspect && !trust.trusts(first))
    #expect(trust.join(now: at(4)).change == .ended(after: .milliseconds(4)))
  }
}
