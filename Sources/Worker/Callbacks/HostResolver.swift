import NIOCore
import NIOPosix
import Shared

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Finds the addresses of a host name.
struct HostResolver: Sendable {
  /// All addresses in the order in which they are to be tried; throws ``LookupFailed`` when there is none.
  let addresses: @Sendable (String) async throws -> [IPAddress]

  /// The name has no address, or nobody could be asked.
  struct LookupFailed: Error {}

  /// The lookup took longer than it may.
  struct TimedOut: Error {}

  /// The operating system's own lookup (hosts file, DNS). One that takes longer than `limit` is given up.
  static func system(limit: Duration) -> HostResolver { blocking(limit: limit, lookUp) }

  /// A lookup on a thread that may block. When it is given up, its thread is free only once it returns.
  static func blocking(
    limit: Duration, _ lookUp: @escaping @Sendable (String) throws -> [IPAddress]
  ) -> HostResolver {
    HostResolver { host in
      let loop = MultiThreadedEventLoopGroup.singleton.any()
      let promise = loop.makePromise(of: [IPAddress].self)
      // Whoever comes first completes the promise; what comes later changes nothing.
      NIOThreadPool.singleton.runIfActive(eventLoop: loop) { try lookUp(host) }.cascade(to: promise)
      let timer = loop.scheduleTask(in: TimeAmount(limit)) { promise.fail(TimedOut()) }
      defer { timer.cancel() }
      return try await withTaskCancellationHandler {
        try await promise.futureResult.get()
      } onCancel: {
        promise.fail(CancellationError())
      }
    }
  }

  private static func lookUp(_ host: String) throws(LookupFailed) -> [IPAddress] {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    #if canImport(Glibc)
      hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    #else
      hints.ai_socktype = SOCK_STREAM
    #endif
    var first: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, &hints, &first) == 0, let first else { throw LookupFailed() }
    defer { freeaddrinfo(first) }
    let entries = sequence(first: first, next: { $0.pointee.ai_next }).map { address(in: $0.pointee) }
    // An address that cannot be read cannot be checked.
    guard !entries.contains(nil) else { throw LookupFailed() }
    return entries.compactMap { $0 }
  }

  private static func address(in entry: addrinfo) -> IPAddress? {
    guard let socketAddress = entry.ai_addr else { return nil }
    let start = UnsafeRawPointer(socketAddress)
    switch entry.ai_family {
    case AF_INET:
      return withUnsafeBytes(of: start.loadUnaligned(as: sockaddr_in.self).sin_addr) {
        IPAddress(bytes: Array($0))
      }
    case AF_INET6:
      return withUnsafeBytes(of: start.loadUnaligned(as: sockaddr_in6.self).sin6_addr) {
        IPAddress(bytes: Array($0))
      }
    default: return nil
    }
  }
}
