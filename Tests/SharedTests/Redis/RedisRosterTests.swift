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
    let atFirst = answer(&roster, old)
    #expect(atFirst?.isEmpty == true)
    let isTaken = roster.join(ObjectIdentifier(first), first, at: old)
    #expect(isTaken)
    let closed = answer(&roster, new)
    #expect(closed?.map(ObjectIdentifier.init) == [ObjectIdentifier(first)])
    let isLate = roster.join(ObjectIdentifier(second), second, at: old)
    #expect(!isLate, "one that was on its way to the former master is not taken")
    let isNew = roster.join(ObjectIdentifier(second), second, at: new)
    #expect(isNew)
    roster.leave(ObjectIdentifier(first))
    let again = answer(&roster, new)
    #expect(again?.count == nil, "no news")
    #expect(roster.members(at: new).count == 1 && roster.members(at: old).isEmpty)
  }

  private func answer(
    _ roster: inout RedisRoster<Connection>, _ address: RedisConfiguration.Address
  ) -> [Connection]? {
    let question = roster.ask()
    return roster.answer(question, address)
  }

  @Test("an answer to an older question does not bring a former master back")
  func late() {
    var roster = RedisRoster<Connection>()
    let older = roster.ask()
    let newer = roster.ask()
    let first = roster.answer(newer, new)
    #expect(first?.isEmpty == true)
    let second = roster.answer(older, old)
    #expect(second?.count == nil)
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
