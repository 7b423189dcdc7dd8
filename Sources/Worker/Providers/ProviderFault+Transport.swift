import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOPosix
import NIOSSL
import Shared

extension ProviderFault {
  /// What went wrong below HTTP, in words for people. Unknown errors show their type only: their text may
  /// hold anything.
  static func transport(_ error: any Error, timeouts: ProviderTimeouts) -> ProviderFault {
    switch error {
    case let fault as ProviderFault: fault
    case let bound as BoundExceeded: .exceeded(bound)
    case let error as HTTPClientError where error == .remoteConnectionClosed || error == .uncleanShutdown:
      .broken("connection closed by the provider")
    case let error as HTTPClientError: .failing(words(for: error, timeouts))
    case let error as NIOConnectionError: .failing(words(for: error, timeouts))
    case let error as IOError where error.isReset: .broken(words(for: error))
    case let error as IOError: .failing(words(for: error))
    case let error as ChannelError: .failing(words(for: error, timeouts))
    case HTTPParserError.invalidEOFState: .broken("connection closed in mid-answer")
    case HTTPParserError.headerOverflow: .failing("too many or too large headers")
    case is HTTPParserError: .failing("not HTTP")
    case NIOHTTPDecompression.DecompressionError.limit:
      ProviderFault(.tooLarge, "compressed answer is too large (\(Variables.maxAnswerBytes.name))")
    case is NIOHTTPDecompression.DecompressionError, is NIOHTTPDecompression.ExtraDecompressionError:
      .failing("compressed answer is broken")
    case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError: .failing("TLS failed")
    default: .failing("connection failed (\(type(of: error)))")
    }
  }

  /// The answer ran into one of our own bounds.
  private static func exceeded(_ bound: BoundExceeded) -> ProviderFault { .failing(words(for: bound)) }

  /// The answer is larger than is taken in, which is no fault of who gives it. An error of that size is that error.
  static func oversized(_ bound: BoundExceeded, _ status: Int, _ headers: HTTPHeaders) -> ProviderFault {
    guard (200..<300).contains(status) else {
      return .status(status, error: nil, resetsIn: ResetTime.stated(in: headers))
    }
    let words = words(for: bound)
    guard case .bodySize(let limit) = bound,
      let told = headers.first(name: "content-length").flatMap({ Int($0) }), told > limit
    else { return ProviderFault(.tooLarge, words) }
    return ProviderFault(.tooLarge, "\(words), it has \(told) bytes")
  }

  private static func words(for bound: BoundExceeded) -> String {
    switch bound {
    case .firstByte(let limit): "timed out before the first byte (\(limit.inWords))"
    case .idle(let limit): "timed out in mid-answer (\(limit.inWords))"
    case .total(let limit): "timed out before the end of the answer (\(limit.inWords))"
    case .headSize(let limit): "headers over \(limit / 1024) KiB"
    case .bodySize(let limit): "answer over \(sizeInWords(limit)) (\(Variables.maxAnswerBytes.name))"
    case .eventSize(let limit):
      "an event of the answer over \(sizeInWords(limit)) (\(Variables.maxEventBytes.name))"
    }
  }

  private static func sizeInWords(_ bytes: Int) -> String {
    bytes % 1_048_576 == 0 ? "\(bytes / 1_048_576) MiB" : "\(bytes / 1024) KiB"
  }

  private static func words(for error: HTTPClientError, _ timeouts: ProviderTimeouts) -> String {
    switch error {
    case .connectTimeout, .getConnectionFromPoolTimeout: "timed out connecting (\(timeouts.connect.inWords))"
    case .tlsHandshakeTimeout: "timed out in the TLS handshake (\(timeouts.connect.inWords))"
    case .cancelled: "connection closed by the provider"
    case .alreadyShutdown: "this worker is stopping"
    default: "request could not be sent (\(error.shortDescription))"
    }
  }

  private static func words(for error: NIOConnectionError, _ timeouts: ProviderTimeouts) -> String {
    for failure in error.connectionErrors {
      if let failure = failure.error as? IOError { return words(for: failure) }
      if let failure = failure.error as? ChannelError { return words(for: failure, timeouts) }
    }
    let isUnknownHost = error.connectionErrors.isEmpty && (error.dnsAError ?? error.dnsAAAAError) != nil
    return isUnknownHost ? "host could not be resolved" : "connection failed"
  }

  private static func words(for error: ChannelError, _ timeouts: ProviderTimeouts) -> String {
    if case .connectTimeout = error { return "timed out connecting (\(timeouts.connect.inWords))" }
    return "connection closed by the provider"
  }

  private static func words(for error: IOError) -> String {
    switch error.errnoCode {
    case ECONNREFUSED: "connection refused"
    case _ where error.isReset: "connection reset"
    case ETIMEDOUT: "connection timed out"
    case EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN: "host unreachable"
    default: "connection failed (errno \(error.errnoCode))"
    }
  }
}

extension IOError {
  fileprivate var isReset: Bool { [ECONNRESET, EPIPE, ECONNABORTED].contains(errnoCode) }
}

extension Duration {
  /// Such as `60 s` or `250 ms`.
  var inWords: String {
    let milliseconds = wholeMilliseconds
    return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
  }
}
