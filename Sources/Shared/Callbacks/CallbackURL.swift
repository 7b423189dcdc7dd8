/// Where a job's end is told: an http or https URL of which the host is not plainly a private one.
///
/// Only visible ASCII and one way of writing each thing is taken, so that nothing can mean one address here and
/// another where it is connected to. A name may still lead to a private address: ``AddressGuard`` looks at the
/// address that is connected to, too.
public struct CallbackURL: Sendable, Hashable {
  /// The longest URL, in characters.
  public static let lengthLimit = 2048

  /// As the client wrote it.
  public let text: String
  /// A name in lower case or an address without brackets.
  public let host: String
  public let port: Int

  /// Throws ``CallbackURLError`` with a sentence for the client.
  public init(parsing text: String, policy: CallbackPolicy) throws(CallbackURLError) {
    guard text.utf8.count <= Self.lengthLimit else { throw .tooLong }
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.contains("\\"), !text.contains("#")
    else { throw .wrongCharacters }
    let isSecure: Bool
    let rest: Substring
    switch text.prefix(8).lowercased() {
    case "https://": (isSecure, rest) = (true, text.dropFirst(8))
    case let start where start.hasPrefix("http://"):
      guard policy.allowsHTTP else { throw .notHTTPS }
      (isSecure, rest) = (false, text.dropFirst(7))
    default: throw .notHTTPS
    }
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    guard !authority.contains("@") else { throw .hasUserInfo }
    let (host, port) = try Self.split(authority)
    self.text = text
    self.port = port ?? (isSecure ? 443 : 80)
    self.host = try Self.checked(host, policy.guard)
  }

  /// `host`, `host:port`, `[address]` or `[address]:port`.
  private static func split(_ authority: Substring) throws(CallbackURLError) -> (host: Substring, port: Int?)
  {
    let hostEnd: Substring.Index
    if authority.hasPrefix("[") {
      guard let bracket = authority.firstIndex(of: "]") else { throw .wrongHost }
      hostEnd = authority.index(after: bracket)
    } else {
      hostEnd = authority.firstIndex(of: ":") ?? authority.endIndex
    }
    guard hostEnd < authority.endIndex else { return (authority, nil) }
    let digits = authority[hostEnd...].dropFirst()
    guard authority[hostEnd] == ":", digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = Int(digits),
      (1...65_535).contains(port)
    else { throw .wrongPort }
    return (authority[..<hostEnd], port)
  }

  private static func checked(_ host: Substring, _ addresses: AddressGuard) throws(CallbackURLError) -> String
  {
    if host.hasPrefix("[") {
      let address = String(host.dropFirst().dropLast())
      guard address.contains(":"), isAddress(address) else { throw .wrongHost }
      guard addresses.permits(address) else { throw .privateAddress }
      return address
    }
    let name = (host.hasSuffix(".") ? host.dropLast() : host).lowercased()
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    guard let last = labels.last, name.utf8.count <= 253, labels.allSatisfy(isLabel) else { throw .wrongHost }
    if isNumeric(last) {
      // Whatever ends in a number is an IPv4 address (https://url.spec.whatwg.org/#ends-in-a-number-checker).
      guard isCanonical(labels) else { throw .obscureAddress }
      guard addresses.permits(name) else { throw .privateAddress }
    } else if !addresses.hasExceptions {
      // With networks of the operator's own, names are his own, too, and the address alone decides.
      guard labels.count > 1, !localDomains.contains(String(last)), name != "metadata.google.internal"
      else { throw .localName }
    }
    return name
  }

  private static let localDomains: Set = ["localhost", "local", "internal", "arpa", "home", "lan", "corp"]

  private static func isAddress(_ text: String) -> Bool {
    IPNetwork(parsing: text) != nil && !text.contains("/")
  }

  private static func isLabel(_ label: Substring) -> Bool {
    (1...63).contains(label.utf8.count)
      && label.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "-")
          || byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      }
  }

  private static func isNumeric(_ label: Substring) -> Bool {
    label.allSatisfy(\.isNumber) || (label.hasPrefix("0x") && label.dropFirst(2).allSatisfy(\.isHexDigit))
  }

  /// Four decimal numbers without leading zeros.
  private static func isCanonical(_ labels: [Substring]) -> Bool {
    labels.count == 4 && labels.allSatisfy { label in UInt8(label).map { String($0) == label } ?? false }
  }
}

/// Why a callback URL is refused; its description is a sentence for the client, without a full stop.
public enum CallbackURLError: Error, Sendable, Hashable, CustomStringConvertible {
  case tooLong
  case wrongCharacters
  case notHTTPS
  case hasUserInfo
  case wrongHost
  case wrongPort
  case obscureAddress
  case privateAddress
  case localName
  case switchedOff

  public var description: String {
    switch self {
    case .tooLong: "The URL may have \(CallbackURL.lengthLimit) characters"
    case .wrongCharacters:
      "The URL may hold visible ASCII characters, without a backslash or a fragment; encode what is else"
    case .notHTTPS: "The URL should begin with https://"
    case .hasUserInfo: "The URL should hold no user name or password"
    case .wrongHost: "The URL should name a host"
    case .wrongPort: "The port should be a number from 1 to 65535"
    case .obscureAddress: "An IPv4 address should be four decimal numbers"
    case .privateAddress: "The address is not a public one"
    case .localName: "The host is not a public name"
    case .switchedOff: "Callbacks are off here until the operator sets WEBHOOK_SECRET"
    }
  }
}
