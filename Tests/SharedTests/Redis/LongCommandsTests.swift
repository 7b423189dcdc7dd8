import Testing

@testable import Shared

@Suite("Long commands of one write")
struct LongCommandsTests {
  @Test("each piece that goes out is of the command whose bytes it has, or of the next that is long")
  func pieces() {
    var long = LongCommands()
    #expect(long.isEmpty && long.number(at: 1) == nil)
    long.add(3, end: 1000)
    long.add(7, end: 2500)
    #expect([1, 1000, 1001, 2500, 9000].map { long.number(at: $0) } == [3, 3, 7, 7, 7])
  }
}
