import Dispatch
import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Looks a name up, anew each time: a managed service moves its name to another server when it fails over.
struct HostLookup: Sendable {
  /// The system has no address for it.
  struct UnknownName: Error {
    let host: String
  }

  let eventLoop: any EventLoop

  /// All addresses, in the order in which the system would have them tried. An address stands for itself.
  func addresses(of host: String, port: Int, within time: Duration) async throws -> [SocketAddress] {
    if let address = try? SocketAddress(ipAddress: host, port: port) { return [address] }
    let end = ContinuousClock.now + time
    let promise = eventLoop.makePromise(of: [SocketAddress].self)
    // The system's function blocks, and may do so for long: then its late answer is not minded.
    let timer = eventLoop.scheduleTask(in: .milliseconds(max(time, .zero).wholeMilliseconds)) {
      promise.fail(ChannelError.connectTimeout(.milliseconds(time.wholeMilliseconds)))
    }
    // Not on NIO's own threads: the names of webhooks are looked up there, which anybody may make slow.
    DispatchQueue.global().async {
      // Threads are few: those who have given up would hold up those who wait still.
      guard .now < end else { return promise.fail(ChannelError.connectTimeout(.zero)) }
      promise.completeWith(Result { try Self.lookUp(host, port: port) })
    }
    defer { timer.cancel() }
    return try await promise.futureResult.get()
  }

  private static func lookUp(_ host: String, port: Int) throws -> [SocketAddress] {
    var hints = addrinfo()
    #if canImport(Glibc)
      hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    #else
      hints.ai_socktype = SOCK_STREAM
    #endif
    var first: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &first) == 0, let first else {
      throw UnknownName(host: host)
    }
    defer { freeaddrinfo(first) }
    let addresses = sequence(first: first, next: \.pointee.ai_next).compactMap { info -> SocketAddress? in
      guard let address = info.pointee.ai_addr else { return nil }
      switch info.pointee.ai_family {
      case AF_INET:
        return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
          SocketAddress($0.pointee, host: host)
        }
      case AF_INET6:
        return address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
          SocketAddress($0.pointee, host: host)
        }
      default: return nil
      }
    }
    guard !addresses.isEmpty else { throw UnknownName(host: host) }
    return addresses
  }
}
