import Testing

@testable import Shared

@Suite("Matching replies to those who wait for them")
struct PendingCommandsTests {
  private var pending = PendingCommands<String>(server: "redis://test")
  private let start = ContinuousClock.now

  private mutating func send(_ id: UInt64?, _ caller: String, within seconds: Int = 1) {
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

  @Test("an error holds no arguments, which Redis repeats of a command that it does not know")
  mutating func noArguments() {
    send(1, "a")
    let reply = RESPValue.error("ERR unknown command 'AUTH', with args beginning with: 'hunter2' ")
    #expect(receive(reply) == "a: GET failed: ERR unknown command 'AUTH'")
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
    #expect(pending.nextAlarm() == start + .seconds(1))
    #expect(pending.expire(now: start + .milliseconds(999)).failed.isEmpty && !pending.isSilent)
    #expect(pending.nextAlarm() == start + .seconds(1), "it looks again")
  }

  @Test("nothing expires while a long reply comes, however slowly")
  mutating func longReply() {
    send(1, "a", within: 1)
    send(2, "b", within: 1)
    pending.replyGrows(now: start + .milliseconds(900))
    #expect(pending.expire(now: start + .seconds(1)).failed.isEmpty && !pending.isSilent)
    #expect(pending.nextAlarm() == start + .milliseconds(1900))
    #expect(receive(.simpleString("1")) == "a: 1")
    #expect(pending.expire(now: start + .milliseconds(1500)).failed.map(\.caller) == ["b"], "it is whole")
  }

  @Test("nothing expires that goes out, or waits behind it, while a long command goes out, however slowly")
  mutating func longCommand() {
    send(1, "before", within: 1)
    let long = pending.next
    send(2, "long", within: 1)
    send(3, "behind", within: 1)
    pending.commandGrows(long, now: start + .milliseconds(900))
    #expect(pending.expire(now: start + .seconds(1)).failed.map(\.caller) == ["before"])
    _ = receive(.simpleString("late"))
    pending.commandGrows(long, now: start + .milliseconds(1800))
    #expect(pending.expire(now: start + .milliseconds(2700)).failed.isEmpty)
    #expect(pending.expire(now: start + .milliseconds(2800)).failed.map(\.caller) == ["long", "behind"])
    pending.commandGrows(long + 9, now: start)
  }

  @Test("a reply that comes no further is silence")
  mutating func brokenReply() {
    send(1, "a", within: 1)
    pending.replyGrows(now: start + .milliseconds(900))
    let expired = pending.expire(now: start + .milliseconds(1900))
    #expect(expired.failed.map(\.caller) == ["a"] && expired.fellSilent)
  }

  @Test("the timer is set for the first command, and again only for an earlier deadline")
  mutating func alarm() {
    #expect(pending.nextAlarm() == nil)
    send(1, "a", within: 60)
    #expect(pending.nextAlarm() == start + .seconds(60))
    send(2, "b", within: 70)
    #expect(pending.nextAlarm() == nil)
    send(3, "c", within: 1)
    #expect(pending.nextAlarm() == start + .seconds(1))
    #expect(pending.nextAlarm() == nil)
    for _ in 1...3 { _ = receive(.simpleString("")) }
    #expect(pending.expire(now: start + .seconds(1)).failed.isEmpty && !pending.isSilent, "all were answered")
    #expect(pending.nextAlarm() == nil, "nothing waits")
  }

  @Test("a connection that drains takes nothing more, and waits for what is sent but not for what blocks")
  mutating func drain() {
    send(nil, "a")
    send(1, "blocks")
    #expect(!pending.isDrained)
    pending.drain()
    #expect(!pending.isDrained)
    let late = PendingCommands<String>.Command(
      id: nil, name: "SET", caller: "b", deadline: start, timeout: .zero)
    guard case .fail(.unavailable) = pending.send(late) else {
      Issue.record("a draining connection takes no command, and says that it has not")
      return
    }
    #expect(receive(.simpleString("1")) == "a: 1")
    #expect(pending.isDrained)
    #expect(pending.close().map(\.caller) == ["blocks"])
  }

  @Test("the reason for which a connection was given up is told to all; for who comes later nothing was sent")
  mutating func reason() {
    send(1, "a")
    let error = RedisError.protocolViolation(server: "redis://test", command: "GET", reason: "no RESP")
    #expect(pending.close(because: "no RESP").map(\.error) == [error])
    #expect(pending.close().isEmpty)
    let late = PendingCommands<String>.Command(
      id: nil, name: "GET", caller: "b", deadline: start, timeout: .zero)
    guard case .fail(.unavailable(server: "redis://test", reason: "no RESP")) = pending.send(late) else {
      Issue.record("the reason is kept")
      return
    }
  }

  @Test("each caller is told exactly once, whatever happens in which order")
  mutating func races() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2_000 {
      pending = PendingCommands(server: "redis://test")
      var sent: [String] = []
      var told: [String] = []
      for step in 0..<UInt64(20) {
        let now = start + .seconds(Int(step))
        switch Int.random(in: 0..<10, using: &generator) {
        case 0..<4:
          let name = "\(step)"
          let command = PendingCommands<String>.Command(
            id: Bool.random() ? step : nil, name: "GET", caller: name,
            deadline: now + .seconds(Int.random(in: 1...30)), timeout: .seconds(1))
          sent.append(name)
          if case .fail = pending.send(command) { told.append(name) }
        case 4..<7:
          switch pending.receive(Bool.random() ? .null : .error("ERR")) {
          case .deliver(_, let caller), .fail(_, let caller): told.append(caller)
          case .discard: break
          case .close: told += pending.close().map(\.caller)
          }
        case 7: if let failed = pending.cancel(.random(in: 0..<step + 1)) { told.append(failed.caller) }
        case 8: told += pending.expire(now: now).failed.map(\.caller)
        default: if Int.random(in: 0..<5) == 0 { pending.drain() }
        }
      }
      told += pending.close().map(\.caller)
      #expect(told.sorted() == sent.sorted())
      #expect(pending.isEmpty && pending.nextAlarm() == nil)
    }
  }

  @Test("a command past its deadline has timed out and makes the connection silent; others wait on")
  mutating func expired() {
    send(1, "a", within: 5)
    send(2, "b", within: 1)
    let expired = pending.expire(now: start + .seconds(1))
    #expect(expired.failed.map(\.caller) == ["b"])
    #expect(
      expired.failed.first?.error
        == .timedOut(server: "redis://test", command: "GET", after: .seconds(1)))
    #expect(expired.fellSilent && pending.isSilent)
    #expect(pending.nextAlarm() == start + .seconds(5))
    let later = pending.expire(now: start + .seconds(5))
    #expect(later.failed.map(\.caller) == ["a"] && !later.fellSilent, "it was silent before")
    #expect(pending.nextAlarm() == nil)
    #expect(pending.close().isEmpty, "each is told once")
  }

  @Test("a late reply is nobody else's, and ends the silence")
  mutating func late() {
    send(nil, "a", within: 1)
    send(2, "b", within: 1)
    send(nil, "c", within: 5)
    #expect(pending.cancel(2) != nil)
    #expect(pending.expire(now: start + .seconds(1)).failed.map(\.caller) == ["a"])
    send(nil, "d", within: 9)
    #expect(receive(.simpleString("late")) == "discarded")
    #expect(pending.isSilent, "the cancelled one is overdue, too")
    #expect(receive(.error("late")) == "discarded")
    #expect(!pending.isSilent)
    #expect(receive(.simpleString("3")) == "c: 3")
    #expect(receive(.simpleString("4")) == "d: 4")
    #expect(pending.isEmpty)
  }

  @Test("a connection that drains does not wait for replies that are overdue")
  mutating func drainSilent() {
    send(nil, "a", within: 1)
    send(nil, "b", within: 2)
    pending.drain()
    #expect(pending.expire(now: start + .seconds(1)).failed.map(\.caller) == ["a"])
    #expect(!pending.isDrained)
    #expect(pending.expire(now: start + .seconds(2)).failed.map(\.caller) == ["b"])
    #expect(pending.isDrained)
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
    #expect(
      error == .unavailable(server: "redis://test", reason: "the connection ended before it was used"))
    #expect(pending.nextAlarm() == nil)
  }
}
