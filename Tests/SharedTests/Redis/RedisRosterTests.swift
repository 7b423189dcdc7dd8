import Testing

@testable import Shared

@Suite("A process's connections and the master")
struct RedisRosterTests {
  private final class Connection: Sendable {}

  private let old = RedisConfiguration.Address.tcp(host: "10.0.0.1", port: 6379)
  private let new = RedisConfiguration.Address.tcp(host: "10.0.0.2", port: 6379)

  @Test("when another master is named, the connections to the former are to be closed, and only those")
  func named() {
    var roster = RedisRoster<Connection>()
    let (first, second) = (Connection(), Connection())
    #expect(roster.answer(roster.ask(), old)?.isEmpty == true)
    let isTaken = roster.join(ObjectIdentifier(first), first, at: old)
    #expect(isTaken)
    let question = roster.ask()
    #expect(roster.answer(question, new)?.map(ObjectIdentifier.init) == [ObjectIdentifier(first)])
    let isLate = roster.join(ObjectIdentifier(second), second, at: old)
    #expect(!isLate, "one that was on its way to the former master is not taken")
    let isNew = roster.join(ObjectIdentifier(second), second, at: new)
    #expect(isNew)
    roster.leave(ObjectIdentifier(first))
    #expect(roster.answer(roster.ask(), new) == nil, "no news")
    #expect(roster.members(at: new).count == 1 && roster.members(at: old).isEmpty)
  }

  @Test("an answer to an older question does not bring a former master back")
  func late() {
    var roster = RedisRoster<Connection>()
    let (older, newer) = (roster.ask(), roster.ask())
    #expect(roster.answer(newer, new) != nil)
    #expect(roster.answer(older, old) == nil)
    #expect(roster.master == new)
  }

  @Test("without sentinels every address is taken")
  func single() {
    var roster = RedisRoster<Connection>()
    let connection = Connection()
    let isTaken = roster.join(ObjectIdentifier(connection), connection, at: old)
    #expect(isTaken)
    #expect(roster.members(at: old).count == 1)
  }
}
