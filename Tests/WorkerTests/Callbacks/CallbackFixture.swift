import NIOCore
import Shared
import Testing

@testable import Worker

/// Jobs, policies and senders as the tests of callbacks want them.
enum CallbackFixture {
  static let secretText = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

  static func secret() throws -> WebhookSecret { try #require(WebhookSecret(parsing: secretText)) }

  /// A policy that takes http, and these networks besides public ones.
  static func policy(allowing networks: String...) throws -> CallbackPolicy {
    CallbackPolicy(
      allowsHTTP: true,
      addresses: AddressGuard(allowing: try networks.map { try #require(IPNetwork(parsing: $0)) }),
      secret: try secret())
  }

  static func job(
    _ state: JobState = .succeeded, id: JobID = JobID(unixMilliseconds: 1_769_850_902_481),
    finished: Int64? = 1_769_850_902_571
  ) -> JobResource {
    JobResource(
      id: id, state: state, lane: .standard, model: "default",
      attempts: 1, created: 1_769_850_902_481, started: 1_769_850_902_483, finished: finished,
      metadata: ByteBuffer(string: #"{"user":"42"}"#),
      body: ByteBuffer(string: state == .succeeded ? #"{"status":"success"}"# : #"{"code":"x"}"#),
      isCached: false)
  }

  /// A sender that may call the loopback address, with a resolver in which every name leads to `addresses`.
  static func sender(
    resolving addresses: [String] = ["127.0.0.1"], policy: CallbackPolicy? = nil,
    timeouts: CallbackTimeouts = CallbackTimeouts()
  ) throws -> CallbackSender {
    let found = try addresses.map { try #require(IPAddress(parsing: $0)) }
    return CallbackSender(
      policy: try policy ?? self.policy(allowing: "127.0.0.0/8"), timeouts: timeouts,
      resolver: HostResolver { _ in found })
  }

  static func delivery(_ url: String, _ job: JobResource = job()) -> CallbackDelivery {
    CallbackDelivery(url: url, job: job)
  }
}
