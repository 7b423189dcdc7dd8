import NIOPosix
import TestSupport
import Testing

@testable import Shared

@Suite("Names of servers")
struct HostLookupTests {
  private let lookup = HostLookup(eventLoop: MultiThreadedEventLoopGroup.singleton.any())

  @Test("an address stands for itself, of both kinds", arguments: ["127.0.0.1", "::1"])
  func address(text: String) async throws {
    let found = try await lookup.addresses(of: text, port: 6379, within: .seconds(30))
    #expect(found.count == 1 && found.first?.ipAddress == text && found.first?.port == 6379)
  }

  @Test("a name is looked up with its port")
  func name() async throws {
    let found = try await lookup.addresses(of: "localhost", port: 7000, within: .seconds(30))
    #expect(found.contains { $0.ipAddress == "127.0.0.1" && $0.port == 7000 })
  }

  @Test("a name that nobody knows is told as such")
  func unknown() async throws {
    await #expect(throws: HostLookup.UnknownName.self) {
      try await lookup.addresses(of: "no-such-host.invalid", port: 6379, within: .seconds(30))
    }
  }

  @Test("where the first address of a name refuses, the next is tried")
  func next() async throws {
    let port = try RedisServer.freePort()
    // `localhost` is an IPv6 address, too, on most machines.
    try await RedisServer.with(options: ["--port", "\(port)", "--bind", "127.0.0.1"]) { _ in
      try await RedisClientLab.with("redis://localhost:\(port)") { client in
        try await eventually("it is served") { await client.isServed() }
      }
    }
  }
}
