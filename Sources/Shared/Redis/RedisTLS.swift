import NIOCore
import NIOSSL
import Synchronization

/// Makes what TLS connections need of their files, and makes it anew when one of these has changed: certificates are
/// renewed while processes run.
final class RedisTLS: Sendable {
  private struct Known: Sendable {
    let files: WatchedFiles
    let context: NIOSSLContext
  }

  private let known = Mutex<Known?>(nil)

  /// Throws ``RedisTLSFault`` for a file that cannot be used.
  func context(for configuration: RedisConfiguration) throws(RedisTLSFault) -> NIOSSLContext {
    // Looked at first: a file that changes while it is read is read once more.
    let files = WatchedFiles(configuration.filesOfTLS)
    if let known = known.withLock({ $0 }), known.files == files { return known.context }
    let context = try Self.makeContext(configuration)
    known.withLock { $0 = Known(files: files, context: context) }
    return context
  }

  /// The handler that begins TLS with a host.
  static func handler(_ context: NIOSSLContext, for address: RedisConfiguration.Address) throws
    -> NIOSSLClientHandler
  {
    // A certificate for an address is verified against the address connected to, without a name.
    guard case .tcp(let host, _) = address, (try? SocketAddress(ipAddress: host, port: 0)) == nil else {
      return try NIOSSLClientHandler(context: context, serverHostname: nil)
    }
    return try NIOSSLClientHandler(context: context, serverHostname: host)
  }

  private static func makeContext(
    _ configuration: RedisConfiguration
  ) throws(RedisTLSFault) -> NIOSSLContext {
    var tls = TLSConfiguration.makeClientConfiguration()
    if let path = configuration.trustRootsPath {
      tls.trustRoots = .certificates(try certificates(in: path, configuration.trustRootsName))
    }
    if let path = configuration.certificatePath, let keyPath = configuration.keyPath {
      tls.certificateChain = try certificates(in: path, "certfile").map { .certificate($0) }
      tls.privateKey = .privateKey(try privateKey(in: keyPath))
    }
    // A stalled server says no farewell; waiting the usual 5 s for it would hold up the next connection.
    tls.shutdownTimeout = .milliseconds(200)
    do { return try NIOSSLContext(configuration: tls) } catch {
      throw configuration.certificatePath == nil ? .notUnderstood : .keyOfAnother
    }
  }

  private static func certificates(
    in path: String, _ name: String
  ) throws(RedisTLSFault) -> [NIOSSLCertificate] {
    try check(path, name)
    guard let found = try? NIOSSLCertificate.fromPEMFile(path), !found.isEmpty else {
      throw .noCertificate(name, path)
    }
    return found
  }

  private static func privateKey(in path: String) throws(RedisTLSFault) -> NIOSSLPrivateKey {
    try check(path, "keyfile")
    guard let key = try? NIOSSLPrivateKey(file: path, format: .pem) else { throw .noKey(path) }
    return key
  }

  private static func check(_ path: String, _ name: String) throws(RedisTLSFault) {
    guard FileStamp(of: path)?.isRegularFile == true else { throw .unreadable(name, path) }
  }
}

extension RedisConfiguration {
  fileprivate var filesOfTLS: [String] { [trustRootsPath, certificatePath, keyPath].compactMap(\.self) }
}
