import HTTPTypes
import Shared
import Testing

@testable import API

@Suite("Who asks, and from where")
struct AccessTests {
  @Test(
    "the rightmost untrusted address counts",
    arguments: [
      // peer, X-Forwarded-For, expected
      ("192.0.2.9", "1.2.3.4", "192.0.2.9"), ("10.0.0.1", nil, "10.0.0.1"),
      ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
      ("10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"), ("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
      ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"), ("10.0.0.1", "6.6.6.6, garbage", "10.0.0.1"),
      ("10.0.0.1", "6.6.6.6, garbage, 10.0.0.2", "10.0.0.2"), ("10.0.0.1", "1.2.3.4:555", "1.2.3.4"),
      ("10.0.0.1", "[2001:db8::1]:80", "2001:db8::1"), ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
      ("10.0.0.1", "", "10.0.0.1"), (nil, "1.2.3.4", "unix"),
    ] as [(String?, String?, String)])
  func addresses(peer: String?, forwarded: String?, expected: String) throws {
    let addresses = ClientAddress(trustedProxies: [try #require(IPNetwork(parsing: "10.0.0.0/8"))])
    var headers = HTTPFields()
    if let forwarded { headers[.forwardedFor] = forwarded }
    #expect(addresses.of(peer: peer, headers: headers) == expected)
  }

  @Test("limits count by key, by address, or by both")
  func limitSubjects() {
    func subject(_ kind: RateLimitSubject) -> String? {
      LimitPolicy(limit: RateLimit(requests: 1, per: .second), subject: kind)
        .demands(key: "k", address: "a").first?.subject
    }
    #expect(subject(.key) == "key:k")
    #expect(subject(.ip) == "ip:a")
    #expect(subject(.keyAndIP) == "key:k:ip:a")
    #expect(LimitPolicy(limit: nil, subject: .key).demands(key: "k", address: "a").isEmpty)
  }

  @Test("a limit as a demand has the counter that it always had")
  func limitDemands() {
    for kind in RateLimitSubject.allCases {
      let policy = LimitPolicy(limit: RateLimit(requests: 3, per: .minute), subject: kind)
      let demands = policy.demands(key: "k", address: "a")
      #expect(
        demands.map(\.most) == [3] && demands.map(\.amount) == [1] && demands.map(\.window) == [.minute])
    }
  }
}
