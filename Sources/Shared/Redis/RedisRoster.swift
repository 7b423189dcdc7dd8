/// The open connections of a process by the server that they lead to, and which server is the master: without I/O.
struct RedisRoster<Connection> {
  typealias Address = RedisConfiguration.Address

  /// Whom the sentinels named last; nil where there are none, or none was asked yet.
  private(set) var master: Address?
  private var members: [ObjectIdentifier: (connection: Connection, address: Address)] = [:]
  private var lastQuestion = 0
  private var lastAnswer = 0

  /// A number for a question; the answers to older ones are not minded once a newer is known.
  mutating func ask() -> Int {
    lastQuestion += 1
    return lastQuestion
  }

  /// Takes in whom the sentinels name. Returns nil where that is no news, else the connections that lead elsewhere: they
  /// are to be closed.
  mutating func answer(_ question: Int, _ address: Address) -> [Connection]? {
    guard question > lastAnswer else { return nil }
    lastAnswer = question
    guard address != master else { return nil }
    master = address
    return members.values.filter { $0.address != address }.map(\.connection)
  }

  /// Takes in a connection. False where it leads to a server that is not the master any more.
  mutating func join(_ id: ObjectIdentifier, _ connection: Connection, at address: Address) -> Bool {
    if let master, master != address { return false }
    members[id] = (connection, address)
    return true
  }

  mutating func leave(_ id: ObjectIdentifier) { members[id] = nil }

  /// All connections to a server.
  func members(at address: Address) -> [Connection] {
    members.values.filter { $0.address == address }.map(\.connection)
  }
}
