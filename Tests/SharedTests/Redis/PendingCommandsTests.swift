import Testing

@testable import Shared

@Suite("Matching replies to those who wait for them")
struct PendingCommandsTests {
  private var pending = PendingCommands<String>(server: "redis://test")
  private let start = ContinuousClock.now

  private mutating func send(_ id: UInt64, _ caller: String, within seconds: Int = 1) {
    let command = PendingCommands<String>.Command(
      id: id, name: "GET", caller: caller, deadline: start + .seconds(seconds), timeout: .seconds(seconds))
    guard case .write = pending.send(command) else {
      Issue.record("an open connection takes commands")
      return
    }
  }

  private mutating func receive(_ reply: RESPValue) -> String {
    switch pending.receive(reply) {
    case .deliver(let reply, let caller): "\(caller): \(reply.string ?? "-")"
    case .fail(.replied(_, let command, let message), let caller): "\(caller): \(command) failed: \(message)"
    case .fail(let error, let caller): "\(caller): \(error)"
    case .discard: "discarded"
    case .close: "closed"
    }
  }

  @Test("replies go to callers in the order of their commands")
  mutating func order() {
    send(1, "a")
    send(2, "b")
    #expect(receive(.simpleString("1")) == "a: 1")
    #expect(receive(.simpleString("2")) == "b: 2")
    #expect(pending.isEmpty)
  }

  @Test("an error reply fails its own caller only")
  mutating func errorReply() {
    send(1, "a")
    send(2, "b")
    #expect(receive(.error("ERR no")) == "a: GET failed: ERR no")
    #expect(receive(.simpleString("2")) == "b: 2")
  }

  @Test("the reply to a cancelled command is nobody else's")
  mutating func cancelled() {
    send(1, "a")
    send(2, "b")
    #expect(pending.cancel(1)?.caller == "a")
    #expect(pending.cancel(1) == nil, "a caller is told once")
    #expect(receive(.simpleString("1")) == "discarded")
    #expect(receive(.simpleString("2")) == "b: 2")
    #expect(pending.cancel(2) == nil, "a command that was answered cannot be cancelled")
  }

  @Test("a reply that nobody asked for closes the connection")
  mutating func unasked() {
    #expect(receive(.simpleString("1")) == "closed")
  }

  @Test("nothing expires before its deadline")
  mutating func early() {
    send(1, "a", within: 1)
    #expect(pending.nextDeadline == start + .seconds(1))
    #expect(pending.expire(now: start + .milliseconds(999)) == nil)
  }

  @Test("a command past its deadline ends the connection: it has timed out, the others have lost it")
  mutating func expired() {
    send(1, "a", within: 5)
    send(2, "b", within: 1)
    send(3, "c", within: 5)
    #expect(pending.cancel(3) != nil)
    let failed = pending.expire(now: start + .seconds(1)) ?? []
    #expect(failed.map(\.caller) == ["a", "b"])
    #expect(failed.first?.error == .connectionLost(server: "redis://test", command: "GET"))
    #expect(
      failed.last?.error == .timedOut(server: "redis://test", command: "GET", after: .seconds(1)))
    #expect(receive(.simpleString("late")) == "closed")
  }

  @Test("a closed connection tells everyone once and takes nothing more")
  mutating func closed() {
    send(1, "a")
    #expect(pending.close().map(\.caller) == ["a"])
    #expect(pending.close().isEmpty)
    let late = PendingCommands<String>.Command(
      id: 2, name: "SET", caller: "b", deadline: start, timeout: .zero)
    guard case .fail(let error) = pending.send(late) else {
      Issue.record("a closed connection takes no command")
      return
    }
    #expect(error == .connectionLost(server: "redis://test", command: "SET"))
    #expect(pending.nextDeadline == nil)
  }
}
