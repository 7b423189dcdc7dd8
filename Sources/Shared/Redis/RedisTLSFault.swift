import NIOSSL

/// What is wrong with TLS, in an operator's words: never those of a library, which name its source files.
enum RedisTLSFault: Error, Sendable, Hashable {
  /// The server's certificate cannot be verified.
  case unverified
  case nameDiffers
  case certificateRequired
  /// The server refuses the client's certificate.
  case certificateRefused
  case noTLS
  case noCommonVersion
  /// Anything else.
  case notUnderstood
  /// A file, by the name of the setting that names it.
  case unreadable(String, String)
  case noCertificate(String, String)
  case noKey(String)
  case keyOfAnother
}

extension RedisTLSFault: CustomStringConvertible {
  /// What is wrong, and what to do: it continues "Redis at … cannot be reached: ".
  var description: String {
    switch self {
    case .unverified:
      "the server's certificate is signed by nobody known, or out of date: name its authority with ?cafile="
    case .nameDiffers:
      "the server's certificate is for another name: connect to a name or address that stands in it"
    case .certificateRequired:
      "it asks for a client certificate: name one with ?certfile= and its key with &keyfile="
    case .certificateRefused:
      "it refuses the certificate of ?certfile=: its authority is unknown there, or its time is over"
    case .noTLS: "it speaks no TLS on this port: write redis:// instead of rediss://, or name its TLS port"
    case .noCommonVersion: "it speaks no version of TLS that is safe: TLS 1.2 or 1.3 is needed"
    case .notUnderstood: "TLS could not be agreed on: look into the server's log"
    case .unreadable(let name, let path): "\(name) names \"\(path)\", which is no file, or may not be read"
    case .noCertificate(let name, let path): "\(name) names \"\(path)\", which holds no certificate in PEM"
    case .noKey(let path):
      "keyfile names \"\(path)\", which holds no private key in PEM, or one with a passphrase"
    case .keyOfAnother: "the key of keyfile does not belong to the certificate of certfile"
    }
  }
}

extension RedisTLSFault {
  /// Reads an error of the TLS library; nil for one of something else.
  init?(_ error: any Error) {
    switch error {
    case let error as RedisTLSFault: self = error
    case let error as NIOSSLExtraError:
      let names: [NIOSSLExtraError] = [.failedToValidateHostname, .serverHostnameImpossibleToMatch]
      self = names.contains(error) ? .nameDiffers : .notUnderstood
    case NIOSSLError.unableToValidateCertificate, NIOSSLError.noCertificateToValidate: self = .unverified
    case is NIOSSLError, is BoringSSLError: self.init(words: "\(error)")
    default: return nil
    }
  }

  /// The library has no other form of its reasons. A reason that it words otherwise some day is ``notUnderstood``.
  private init(words: String) {
    let known: [(String, RedisTLSFault)] = [
      ("CERTIFICATE_VERIFY_FAILED", .unverified), ("CERTIFICATE_REQUIRED", .certificateRequired),
      ("HANDSHAKE_FAILURE", .certificateRequired), ("UNKNOWN_CA", .certificateRefused),
      ("BAD_CERTIFICATE", .certificateRefused), ("CERTIFICATE_EXPIRED", .certificateRefused),
      ("CERTIFICATE_UNKNOWN", .certificateRefused), ("UNSUPPORTED_CERTIFICATE", .certificateRefused),
      ("CERTIFICATE_REVOKED", .certificateRefused), ("ALERT_PROTOCOL_VERSION", .noCommonVersion),
      ("UNSUPPORTED_PROTOCOL", .noCommonVersion), ("WRONG_VERSION_NUMBER", .noTLS), ("HTTP_REQUEST", .noTLS),
    ]
    self = known.first { words.contains($0.0) }?.1 ?? .notUnderstood
  }
}
