/// Why a callback URL is refused. The description is a sentence for the client, without a full stop.
public enum CallbackURLError: Error, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// The operator has set no `WEBHOOK_SECRET`, so nothing could be signed.
  case callbacksAreOff
  case tooLong
  case notHTTPS
  case notHTTP
  case hasIllegalCharacter
  case hasUserInfo
  case hasFragment
  case hasNoHost
  case hasBadPort
  case hasBadHost
  case hasOddAddress
  case isNotPublic
  case isLocalName

  public var description: String {
    switch self {
    case .callbacksAreOff: "Callbacks are off on this server, because its operator has set no WEBHOOK_SECRET"
    case .tooLong: "URL should have at most \(CallbackURL.longest) characters"
    case .notHTTPS: "URL should begin with https://"
    case .notHTTP: "URL should begin with https:// or http://"
    case .hasIllegalCharacter:
      "URL should hold only the ASCII characters that RFC 3986 allows, and everything else percent-encoded"
    case .hasUserInfo: "URL should hold no user name or password"
    case .hasFragment: "URL should hold no fragment (#)"
    case .hasNoHost: "URL should name a host"
    case .hasBadPort: "URL's port should be a number from 1 to 65535, or be left out"
    case .hasBadHost:
      "URL's host should be a domain name in ASCII (letters, digits and hyphens), or an IP address"
    case .hasOddAddress: "URL's IP address should be written as four decimal numbers, or as IPv6 in brackets"
    case .isNotPublic: "URL's host should be a public address"
    case .isLocalName: "URL's host should be a name in the public domain name system"
    }
  }
}
