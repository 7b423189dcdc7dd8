import Foundation
import Logging
import NIOCore
import TestSupport
import Testing

@testable import Shared

@Suite("TLS to Redis")
struct RedisTLSTests {
  /// A Redis with TLS on a port of its own, and a plain port.
  private func withServer(
    clientsShowCertificates: Bool = false, _ certificates: TestCertificates,
    _ body: (_ tlsPort: Int, _ plainPort: Int) async throws -> Void
  ) async throws {
    let (port, plain) = (try RedisServer.freePort(), try RedisServer.freePort())
    let options = [
      "--port", "\(plain)", "--tls-port", "\(port)", "--tls-cert-file", certificates.certificate,
      "--tls-key-file", certificates.key, "--tls-ca-cert-file", certificates.authority,
      "--tls-auth-clients", clientsShowCertificates ? "yes" : "no",
    ]
    try await RedisServer.with(options: options) { _ in try await body(port, plain) }
  }

  /// Why a client of `url` cannot reach its server.
  private func failure(of url: String, within time: Duration = .seconds(10)) async throws -> String {
    var reason = ""
    try await RedisClientLab.with(url, commandTimeout: time) { client in
      reason = try await eventually("it is said why") { () -> String? in
        do throws(RedisError) {
          _ = try await client.send(RedisCommand("PING"))
          return nil
        } catch {
          guard case .unavailable(_, let reason) = error else { return nil }
          // The command came before anything was known.
          return reason.hasPrefix("there was no connection within") ? nil : reason
        }
      }
    }
    for word in ["SSL", "Error", ".cc", "checkouts"] {
      #expect(!reason.contains(word), "no words of a library: \(reason)")
    }
    return reason
  }

  @Test("a server that asks for a client certificate is shown one, and else it is said which to name")
  func clientCertificate() async throws {
    let certificates = try TestCertificates()
    defer { certificates.remove() }
    try await withServer(clientsShowCertificates: true, certificates) { port, _ in
      let url = "rediss://127.0.0.1:\(port)?cafile=\(certificates.authority)"
      let named = "\(url)&certfile=\(certificates.certificate)&keyfile=\(certificates.key)"
      try await RedisClientLab.with(named) { client in #expect(await client.isServed()) }
      #expect(try await failure(of: url) == "\(RedisTLSFault.certificateRequired)")
    }
  }

  @Test("a certificate that the server does not know is refused in words")
  func strangeClient() async throws {
    let (certificates, others) = (try TestCertificates(), try TestCertificates())
    defer {
      certificates.remove()
      others.remove()
    }
    try await withServer(clientsShowCertificates: true, certificates) { port, _ in
      let url = "rediss://127.0.0.1:\(port)?cafile=\(certificates.authority)"
      let named = "\(url)&certfile=\(others.certificate)&keyfile=\(others.key)"
      let refused = try await failure(of: named)
      #expect(refused == "\(RedisTLSFault.certificateRefused)")
    }
  }

  @Test("a server whose certificate nobody known has signed is not spoken to, and it is said what to name")
  func unknownAuthority() async throws {
    let (certificates, others) = (try TestCertificates(), try TestCertificates())
    defer {
      certificates.remove()
      others.remove()
    }
    try await withServer(certificates) { port, _ in
      for query in ["", "?cafile=\(others.authority)"] {
        let unverified = try await failure(of: "rediss://127.0.0.1:\(port)\(query)")
        #expect(unverified == "\(RedisTLSFault.unverified)")
      }
    }
  }

  @Test("a scheme that does not fit the port is named")
  func wrongScheme() async throws {
    let certificates = try TestCertificates()
    defer { certificates.remove() }
    try await withServer(certificates) { port, plain in
      // Neither side says a word that the other knows.
      let time = Duration.seconds(2)
      let plainly = try await failure(of: "redis://127.0.0.1:\(port)", within: time)
      #expect(plainly.hasSuffix("write rediss://"), "\(plainly)")
      let url = "rediss://127.0.0.1:\(plain)?cafile=\(certificates.authority)"
      let reason = try await failure(of: url, within: time)
      #expect(reason.hasSuffix("write redis://"), "\(reason)")
    }
  }

  @Test("files that change are read again: a process that has the wrong authority goes on with the right one")
  func filesChange() async throws {
    let (certificates, others) = (try TestCertificates(), try TestCertificates())
    let file = FileManager.default.temporaryDirectory.appending(path: "sluice-ca-\(UUID().uuidString)")
    defer {
      certificates.remove()
      others.remove()
      try? FileManager.default.removeItem(at: file)
    }
    try Data(contentsOf: URL(filePath: others.authority)).write(to: file)
    try await withServer(certificates) { port, _ in
      try await RedisClientLab.with("rediss://127.0.0.1:\(port)?cafile=\(file.path())") { client in
        await #expect(throws: RedisError.self) { try await client.send(RedisCommand("PING")) }
        try Data(contentsOf: URL(filePath: certificates.authority)).write(to: file, options: .atomic)
        try await eventually("it is served") { await client.isServed() }
      }
    }
  }

  @Test("a context is kept while its files are the same")
  func kept() throws {
    let certificates = try TestCertificates()
    defer { certificates.remove() }
    let configuration = try RedisConfiguration(url: "rediss://localhost?cafile=\(certificates.authority)")
    let tls = RedisTLS()
    #expect(try tls.context(for: configuration) === tls.context(for: configuration))
  }

  @Test("a file that cannot be used is named, with the setting that names it")
  func files() throws {
    let (certificates, others) = (try TestCertificates(), try TestCertificates())
    defer {
      certificates.remove()
      others.remove()
    }
    func fault(_ query: String) throws -> RedisTLSFault? {
      let configuration = try RedisConfiguration(url: "rediss://localhost?\(query)")
      return #expect(throws: RedisTLSFault.self) { try RedisTLS().context(for: configuration) }
    }
    let (certificate, key) = (certificates.certificate, certificates.key)
    #expect(try fault("cafile=/nowhere") == .unreadable("cafile", "/nowhere"))
    #expect(try fault("cafile=/tmp") == .unreadable("cafile", "/tmp"))
    #expect(try fault("cafile=\(key)") == .noCertificate("cafile", key))
    #expect(try fault("certfile=/nowhere&keyfile=\(key)") == .unreadable("certfile", "/nowhere"))
    #expect(try fault("certfile=\(certificate)&keyfile=\(certificate)") == .noKey(certificate))
    #expect(try fault("certfile=\(certificate)&keyfile=\(others.key)") == .keyOfAnother)
  }

  @Test("SSL_CERT_FILE names the authorities where the URL names none")
  func environment() throws {
    func configuration(_ url: String) throws -> RedisConfiguration {
      try RedisConfiguration(ProcessEnvironment(["REDIS_URL": url, "SSL_CERT_FILE": "/env.pem"]))
    }
    #expect(try configuration("rediss://h").trustRootsPath == "/env.pem")
    #expect(try configuration("rediss://h?cafile=/own.pem").trustRootsPath == "/own.pem")
    let error = #expect(throws: RedisTLSFault.self) {
      try RedisTLS().context(for: configuration("rediss://h"))
    }
    #expect(error == .unreadable("SSL_CERT_FILE", "/env.pem"))
  }
}
