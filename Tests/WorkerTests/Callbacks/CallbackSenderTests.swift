import NIOCore
import Shared
import TestSupport
import Testing

@testable import Worker

@Suite("Delivering a webhook over real sockets", .bounded)
struct CallbackSenderTests {
  private func outcome(
    of answer: WebhookReceiver.Answer, timeouts: CallbackTimeouts = CallbackTimeouts()
  ) async throws -> CallbackOutcome {
    try await WebhookReceiver.with(answer) { receiver in
      let sender = try CallbackFixture.sender(timeouts: timeouts)
      let outcome = try await sender.send(
        CallbackFixture.delivery("http://hooks.example.com:\(receiver.port)/x"))
      #expect(receiver.requests.count == 1)
      try await eventually("the connection is closed") { receiver.closedConnections == 1 }
      return outcome
    }
  }

  @Test("a job is sent by POST to exactly the URL, signed, to the address that the name led to")
  func delivered() async throws {
    try await WebhookReceiver.with(.status(204)) { receiver in
      let delivery = CallbackFixture.delivery("http://Hooks.example.com:\(receiver.port)/a/b?token=t")
      #expect(try await CallbackFixture.sender().send(delivery) == .delivered)
      let request = try #require(receiver.requests.first)
      #expect(request.method == "POST")
      #expect(request.target == "/a/b?token=t")
      #expect(request.headers["host"] == "hooks.example.com:\(receiver.port)")
      #expect(request.headers["content-type"] == "application/json")
      #expect(request.headers["user-agent"] == "sluice/\(Version.current)")
      #expect(request.headers["webhook-id"] == delivery.eventID)
      #expect(request.json["data"]?["id"]?.string == delivery.job.id.rawValue)
      let timestamp = try #require(request.headers["webhook-timestamp"].flatMap(Int64.init))
      #expect(abs(Timestamp.now / 1000 - timestamp) < 300)
      let signature = WebhookSignature(
        id: delivery.eventID, timestamp: timestamp, body: ByteBuffer(string: request.body),
        secret: try CallbackFixture.secret())
      #expect(request.headers["webhook-signature"] == signature.value)
    }
  }

  @Test("a URL with an address is called without a lookup")
  func literalAddress() async throws {
    try await WebhookReceiver.with(.status(200)) { receiver in
      let sender = try CallbackFixture.sender(resolving: [])
      let outcome = try await sender.send(CallbackFixture.delivery("http://127.0.0.1:\(receiver.port)/"))
      #expect(outcome == .delivered)
      #expect(receiver.requests.count == 1)
    }
  }

  @Test("a URL with an IPv6 address is called", .enabled(if: LoopbackIPv6.isThere))
  func literalV6() async throws {
    try await WebhookReceiver.with(.status(200), host: "::1") { receiver in
      let sender = try CallbackFixture.sender(
        resolving: [], policy: CallbackFixture.policy(allowing: "::1"))
      let outcome = try await sender.send(
        CallbackFixture.delivery("http://[0:0:0:0:0:0:0:1]:\(receiver.port)/"))
      #expect(outcome == .delivered)
      #expect(receiver.requests.first?.headers["host"] == "[::1]:\(receiver.port)")
    }
  }

  @Test("a name may lead to an IPv6 address", .enabled(if: LoopbackIPv6.isThere))
  func resolvedV6() async throws {
    try await WebhookReceiver.with(.status(200), host: "::1") { receiver in
      let sender = try CallbackFixture.sender(
        resolving: ["::1"], policy: CallbackFixture.policy(allowing: "::1"))
      let outcome = try await sender.send(
        CallbackFixture.delivery("http://hooks.example.com:\(receiver.port)/"))
      #expect(outcome == .delivered)
    }
  }

  @Test("the system's own lookup finds localhost")
  func systemResolver() async throws {
    try await WebhookReceiver.with(.status(200)) { receiver in
      let sender = CallbackSender(policy: try CallbackFixture.policy(allowing: "127.0.0.0/8", "::1"))
      let outcome = try await sender.send(CallbackFixture.delivery("http://localhost:\(receiver.port)/"))
      #expect(outcome == .delivered)
    }
  }

  @Test("the next address is tried when one does not take the connection")
  func secondAddress() async throws {
    try await WebhookReceiver.with(.status(200)) { receiver in
      let sender = try CallbackFixture.sender(resolving: ["127.0.0.9", "127.0.0.1"])
      let outcome = try await sender.send(
        CallbackFixture.delivery("http://hooks.example.com:\(receiver.port)/"))
      #expect(outcome == .delivered)
    }
  }

  @Test("410 means never again")
  func gone() async throws {
    #expect(try await outcome(of: .status(410)) == .gone)
  }

  @Test("a redirect is not followed")
  func redirect() async throws {
    try await WebhookReceiver.with(.status(200)) { other in
      let answer = WebhookReceiver.Answer.status(
        307, headers: ["location": "http://127.0.0.1:\(other.port)/steal"])
      let outcome = try await outcome(of: answer)
      #expect(
        outcome == .failed(reason: "answered with a redirect (307), which is not followed", status: 307))
      #expect(other.requests.isEmpty)
    }
  }

  @Test("a failing receiver's wish to be called later is heard")
  func retryAfter() async throws {
    let busy = WebhookReceiver.Answer.status(503, headers: ["Retry-After": "120"], body: "busy")
    #expect(
      try await outcome(of: busy) == .failed(reason: "answered 503", retryAfter: .seconds(120), status: 503))
  }

  @Test("a receiver that does not answer in time has failed")
  func silence() async throws {
    let outcome = try await outcome(of: .silence, timeouts: CallbackTimeouts(total: .milliseconds(1500)))
    #expect(outcome == .failed(reason: "timed out before its answer (1500 ms)"))
  }

  @Test("an endless answer is cut, and its status counts")
  func endlessBody() async throws {
    #expect(try await outcome(of: .endlessBody(status: 200)) == .delivered)
    #expect(try await outcome(of: .endlessBody(status: 500)) == .failed(reason: "answered 500", status: 500))
  }

  @Test("an answer that stops half-way is cut, and its status counts")
  func stalledBody() async throws {
    let timeouts = CallbackTimeouts(total: .milliseconds(1500))
    #expect(try await outcome(of: .stalledBody(status: 200), timeouts: timeouts) == .delivered)
  }

  @Test("a receiver that hangs up has failed")
  func hangUp() async throws {
    #expect(try await outcome(of: .hangUp) == .failed(reason: "connection closed by the receiver"))
  }

  @Test("a port where nobody listens is a refused connection")
  func refused() async throws {
    let port = try RedisServer.freePort()
    let outcome = try await CallbackFixture.sender()
      .send(CallbackFixture.delivery("http://hooks.example.com:\(port)/"))
    #expect(outcome == .failed(reason: "connection refused"))
  }

  @Test("a cancelled task aborts its call")
  func cancelled() async throws {
    try await WebhookReceiver.with(.silence) { receiver in
      let sender = try CallbackFixture.sender()
      let delivery = CallbackFixture.delivery("http://hooks.example.com:\(receiver.port)/")
      let call = Task { try await sender.send(delivery) }
      try await eventually("the request arrives") { receiver.requests.count == 1 }
      call.cancel()
      await #expect(throws: CancellationError.self) { _ = try await call.value }
      try await eventually("the connection is dropped") { receiver.closedConnections == 1 }
    }
  }
}
