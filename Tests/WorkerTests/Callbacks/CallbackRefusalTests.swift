import Dispatch
import NIOSSL
import Shared
import TestSupport
import Testing

@testable import Worker

@Suite("What a webhook may not reach", .bounded)
struct CallbackRefusalTests {
  private static let notAllowed = CallbackOutcome.failed(
    reason: "its host leads to an address that may not be called")

  @Test("a public name that leads to a private address is not called")
  func privateAddress() async throws {
    try await WebhookReceiver.with(.status(200)) { receiver in
      let sender = try CallbackFixture.sender(policy: CallbackFixture.policy())
      let outcome = try await sender.send(
        CallbackFixture.delivery("http://hooks.example.com:\(receiver.port)/"))
      #expect(outcome == Self.notAllowed)
      #expect(receiver.requests.isEmpty)
    }
  }

  @Test("a name that leads to both a public and a private address is not called")
  func mixedAddresses() async throws {
    try await WebhookReceiver.with(.status(200)) { receiver in
      let sender = try CallbackFixture.sender(resolving: ["127.0.0.1", "169.254.169.254"])
      let outcome = try await sender.send(
        CallbackFixture.delivery("http://hooks.example.com:\(receiver.port)/"))
      #expect(outcome == Self.notAllowed)
      #expect(receiver.requests.isEmpty)
    }
  }

  @Test("a stored URL is checked under the policy of now")
  func changedPolicy() async throws {
    let sender = try CallbackFixture.sender(policy: CallbackFixture.policy())
    let outcome = try await sender.send(CallbackFixture.delivery("http://127.0.0.1:1/"))
    #expect(outcome == .failed(reason: "the URL may not be called: URL's host should be a public address"))
  }

  @Test("without a secret nothing is sent")
  func noSecret() async throws {
    try await WebhookReceiver.with(.status(200)) { receiver in
      var policy = try CallbackFixture.policy(allowing: "127.0.0.0/8")
      policy.secret = nil
      let outcome = try await CallbackFixture.sender(policy: policy)
        .send(CallbackFixture.delivery("http://hooks.example.com:\(receiver.port)/"))
      #expect(outcome == .failed(reason: "WEBHOOK_SECRET is not set"))
      #expect(receiver.requests.isEmpty)
    }
  }

  @Test("a name that nobody knows cannot be resolved")
  func unknownHost() async throws {
    let sender = CallbackSender(policy: try CallbackFixture.policy())
    let outcome = try await sender.send(CallbackFixture.delivery("http://no-such-host.invalid/"))
    #expect(outcome == .failed(reason: "host could not be resolved"))
  }

  @Test("a name that has no address is not called")
  func noAddress() async throws {
    let outcome = try await CallbackFixture.sender(resolving: [])
      .send(CallbackFixture.delivery("http://hooks.example.com/"))
    #expect(outcome == .failed(reason: "host could not be resolved"))
  }

  @Test("a lookup that takes too long is given up, and so is one whose task is cancelled")
  func slowLookup() async throws {
    let isLooking = DispatchSemaphore(value: 0)
    let mayEnd = DispatchSemaphore(value: 0)
    defer { for _ in 1...2 { mayEnd.signal() } }
    let lookUp: @Sendable (String) throws -> [IPAddress] = { _ in
      isLooking.signal()
      mayEnd.wait()
      return []
    }
    var sender = try CallbackFixture.sender()
    let delivery = CallbackFixture.delivery("http://hooks.example.com/")
    sender.resolver = .blocking(limit: .milliseconds(50), lookUp)
    #expect(try await sender.send(delivery) == .failed(reason: "timed out looking up the host (5 s)"))
    sender.resolver = .blocking(limit: .seconds(600), lookUp)
    let call = Task { [sender] in try await sender.send(delivery) }
    try await eventually("the lookup has begun") { isLooking.wait(timeout: .now()) == .success }
    call.cancel()
    await #expect(throws: CancellationError.self) { _ = try await call.value }
  }

  @Test("the certificate must be for the name in the URL, whatever address is called")
  func certificate() async throws {
    let certificates = try TestCertificates()
    defer { certificates.remove() }
    // Another address than the one that the certificate names besides.
    try await WebhookReceiver.with(.status(200), host: "127.0.0.2", tls: certificates) { receiver in
      var sender = try CallbackFixture.sender(resolving: ["127.0.0.2"])
      sender.tls.trustRoots = .file(certificates.authority)
      let right = CallbackFixture.delivery("https://localhost:\(receiver.port)/")
      #expect(try await sender.send(right) == .delivered)
      let wrong = CallbackFixture.delivery("https://hooks.example.com:\(receiver.port)/")
      #expect(try await sender.send(wrong) == .failed(reason: "TLS failed"))
      #expect(receiver.requests.count == 1)
      sender.tls.trustRoots = .default
      #expect(try await sender.send(right) == .failed(reason: "TLS failed"))
    }
  }

  @Test("no outcome shows what stands in the URL's path or query")
  func redaction() async throws {
    let port = try RedisServer.freePort()
    let sender = try CallbackFixture.sender()
    for url in ["http://hooks.example.com:\(port)/hunter2?k=hunter2", "http://u:hunter2@example.com/hunter2"]
    {
      let delivery = CallbackFixture.delivery(url)
      let outcome = try await sender.send(delivery)
      #expect(!"\(outcome) \(delivery) \([delivery])".contains("hunter2"))
    }
  }
}
