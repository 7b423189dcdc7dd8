import Testing

@testable import Shared

@Suite("The rights that are tried at start")
struct RightsListTests {
  @Test("every command of every step is among them")
  func complete() throws {
    let source = FunctionLibrary.current.source
    let list = try #require(
      source.firstRange(of: "local COMMANDS = {").flatMap { start in
        source[start.upperBound...].firstRange(of: "\n}").map { source[start.upperBound..<$0.lowerBound] }
      })
    // Words of commands, and Redis' own constants.
    let words: Set = [
      "NUMSUB", "WITHSCORES", "BYSCORE", "BYLEX", "REV", "LIMIT", "COUNT", "MAXLEN", "MINID", "INCR", "GET",
      "KEEPTTL",
      "WRONGTYPE",
    ]
    let tried = Set(list.matches(of: #/'([A-Z]+)/#).map { String($0.output.1) })
    let commands = Set(source.matches(of: #/'([A-Z]{3,})'/#).map { String($0.output.1) })
    #expect(commands.subtracting(tried).subtracting(words).isEmpty)
  }
}
