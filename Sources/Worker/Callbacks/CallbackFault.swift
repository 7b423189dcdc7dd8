import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Why a receiver was not called, beside what the network says.
enum CallbackFault: Error, Sendable, Hashable {
  /// The host leads to an address that may not be called.
  case addressNotAllowed
  /// The HTTP client reads another host or port out of the URL than the one that was checked.
  case readDifferently

  /// What went wrong, in words that hold nothing of the URL. Unknown errors show their type only: their text
  /// may hold anything.
  static func words(for error: any Error, _ timeouts: CallbackTimeouts) -> String {
    switch error {
    case CallbackFault.addressNotAllowed: "its host leads to an address that may not be called"
    case CallbackFault.readDifferently: "its URL is ambiguous"
    case is HostResolver.LookupFailed: "host could not be resolved"
    case is HostResolver.TimedOut: "timed out looking up the host (\(timeouts.connect.inWords))"
    case let error as HTTPClientError: words(for: error, timeouts)
    case let error as NIOConnectionError: words(for: error, timeouts)
    case let error as IOError: words(for: error)
    case ChannelError.connectTimeout: "timed out connecting (\(timeouts.connect.inWords))"
    case is ChannelError: "connection closed by the receiver"
    case is HTTPParserError: "answer is not HTTP"
    case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError: "TLS failed"
    default: "connection failed (\(type(of: error)))"
    }
  }

  /// Whether nothing can have been sent, so that another address of the host may be called.
  static func isOfConnecting(_ error: any Error) -> Bool {
    switch error {
    case is NIOConnectionError, ChannelError.connectTimeout: true
    case let error as HTTPClientError: error == .connectTimeout
    case let error as IOError: [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(error.errnoCode)
    default: false
    }
  }

  private static func words(for error: HTTPClientError, _ timeouts: CallbackTimeouts) -> String {
    switch error {
    case .connectTimeout, .getConnectionFromPoolTimeout: "timed out connecting (\(timeouts.connect.inWords))"
    case .tlsHandshakeTimeout: "timed out in the TLS handshake (\(timeouts.connect.inWords))"
    case .deadlineExceeded, .readTimeout: "timed out before its answer (\(timeouts.total.inWords))"
    case .remoteConnectionClosed, .uncleanShutdown, .cancelled: "connection closed by the receiver"
    default: "request could not be sent (\(error.shortDescription))"
    }
  }

  private static func words(for error: NIOConnectionError, _ timeouts: CallbackTimeouts) -> String {
    error.connectionErrors.first.map { words(for: $0.error, timeouts) } ?? "connection failed"
  }

  private static func words(for error: IOError) -> String {
    switch error.errnoCode {
    case ECONNREFUSED: "connection refused"
    case ECONNRESET, EPIPE, ECONNABORTED: "connection reset"
    case ETIMEDOUT: "connection timed out"
    case EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN: "host unreachable"
    default: "connection failed (errno \(error.errnoCode))"
    }
  }
}
