/// What is wrong with a Redis URL. The URL itself is not shown: it can hold a password.
public enum RedisURLError: Error, Sendable, Hashable, CustomStringConvertible {
  case notAURL
  case unknownScheme
  case noHost
  case wrongPort
  case wrongDatabase
  case wrongEncoding
  case ambiguous
  case wrongHost
  case unknownParameter(String)
  case severalHosts
  case cluster
  case noMasterName
  case repeatedSentinel
  case noSentinelPassword
  case brokenPassword
  case wrongSwitch(String)
  case needsTLS(String)
  case certificateWithoutKey

  public var description: String {
    switch self {
    case .notAURL: "it is no URL"
    case .unknownScheme: "its scheme is none of redis, rediss, redis+sentinel, rediss+sentinel and unix"
    case .noHost: "it names no host or path"
    case .wrongPort: "its port is not a number from 1 to 65535"
    case .wrongDatabase: "its database is not a whole number"
    case .wrongEncoding: "it has a wrong percent-encoding"
    case .ambiguous: "a \"?\" before its \"@\" must be written as %3F, and an \"@\" in a parameter as %40"
    case .wrongHost: "its host is no name or address; an IPv6 address stands in brackets"
    case .unknownParameter(let name):
      "its parameter \"\(name)\" is unknown; there are db, cafile, certfile and keyfile, and for sentinels sentinel_user, sentinel_password and sentinel_tls"
    case .severalHosts:
      "it names several servers; sentinels are named with redis+sentinel://, and one server with redis://"
    case .cluster: "Redis Cluster is not supported yet; name one Redis, or sentinels with redis+sentinel://"
    case .noMasterName: "it names no master; its path is /NAME or /NAME/db, with the name that sentinels know"
    case .repeatedSentinel: "it names a sentinel twice"
    case .noSentinelPassword: "it has a sentinel_user without a sentinel_password"
    case .brokenPassword:
      "one of its parameters is unknown; an \"&\" in its sentinel_password must be written as %26"
    case .needsTLS(let name): "its parameter \"\(name)\" is for TLS; write rediss://"
    case .certificateWithoutKey: "its parameters certfile and keyfile belong together"
    case .wrongSwitch(let name): "its parameter \"\(name)\" is neither on nor off"
    }
  }
}

extension RedisConfiguration {
  /// Reads `redis://[user:password@]host[:port][/db]`, the same with `rediss` for TLS with verified
  /// certificates, `unix://[user:password@]path[?db=n]`, where the path may be relative, or
  /// `redis+sentinel://[user:password@]host[:port],…/name[/db]`, or `rediss+sentinel`.
  ///
  /// A password without a user, as in `redis://:secret@host`, is the default user's; a user without a password, as in
  /// `redis://ann@host`, has an empty one. Parts are percent-decoded.
  public init(url text: String) throws(RedisURLError) {
    guard let schemeEnd = text.firstRange(of: "://") else { throw .notAURL }
    let scheme = text[..<schemeEnd.lowerBound].lowercased()
    var rest = text[schemeEnd.upperBound...]
    var parameters: [(name: Substring, value: Substring)] = []
    if let mark = rest.firstIndex(of: "?") {
      let query = rest[rest.index(after: mark)...]
      // Perhaps the end of a password, which must not be taken, or shown, as a parameter.
      guard !query.contains("@") else { throw .ambiguous }
      parameters = Self.parameters(query)
      rest = rest[..<mark]
    }
    var credentials: Substring?
    if let at = rest.lastIndex(of: "@") {
      credentials = rest[..<at]
      rest = rest[rest.index(after: at)...]
    }
    switch scheme {
    case "redis", "rediss":
      try self.init(authorityAndPath: rest)
      usesTLS = scheme == "rediss"
    case "redis+sentinel", "rediss+sentinel":
      try self.init(sentinelsAndPath: rest)
      usesTLS = scheme == "rediss+sentinel"
      sentinels?.usesTLS = usesTLS
    case "redis+cluster", "rediss+cluster": throw .cluster
    case "unix":
      guard !rest.isEmpty else { throw .noHost }
      self.init(address: .unix(path: try Self.decoded(rest)))
    default: throw .unknownScheme
    }
    try setCredentials(credentials)
    for (name, value) in parameters { try set(name, to: value) }
    if sentinels?.user != nil, sentinels?.password == nil { throw .noSentinelPassword }
    try checkTLS()
  }

  private init(authorityAndPath text: Substring) throws(RedisURLError) {
    let slash = text.firstIndex(of: "/") ?? text.endIndex
    guard !text[..<slash].contains(",") else { throw .severalHosts }
    self.init(address: try Self.address(text[..<slash], defaultPort: 6379))
    let path = text[slash...].dropFirst()
    if !path.isEmpty { database = try Self.database(path) }
  }

  private init(sentinelsAndPath text: Substring) throws(RedisURLError) {
    let slash = text.firstIndex(of: "/") ?? text.endIndex
    var addresses: [Address] = []
    for place in text[..<slash].split(separator: ",", omittingEmptySubsequences: false) {
      let address = try Self.address(place, defaultPort: RedisSentinels.defaultPort)
      guard !addresses.contains(address) else { throw .repeatedSentinel }
      addresses.append(address)
    }
    let path = text[slash...].dropFirst().split(
      separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = path.first, !first.isEmpty else { throw .noMasterName }
    self.init(address: addresses[0])
    sentinels = RedisSentinels(addresses: addresses, masterName: try Self.decoded(first))
    if path.count == 2, !path[1].isEmpty { database = try Self.database(path[1]) }
  }

  /// Reads `host[:port]`.
  private static func address(_ text: Substring, defaultPort: Int) throws(RedisURLError) -> Address {
    var host = text
    var port = defaultPort
    let portStart = host.lastIndex(of: "]").map { host.index(after: $0) } ?? host.startIndex
    if let colon = host[portStart...].lastIndex(of: ":") {
      guard let number = Int(host[host.index(after: colon)...]), (1...65_535).contains(number) else {
        throw .wrongPort
      }
      port = number
      host = host[..<colon]
    }
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(where: { "[]:".contains($0) }) {
      throw .wrongHost
    }
    guard !host.isEmpty else { throw .noHost }
    return .tcp(host: try decoded(host), port: port)
  }

  private mutating func setCredentials(_ text: Substring?) throws(RedisURLError) {
    guard let text else { return }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = try Self.decoded(parts[0])
    user = name.isEmpty ? nil : name
    if parts.count == 2 {
      password = Secret(try Self.decoded(parts[1]))
    } else if user != nil {
      // One that needs no password (`nopass`); never somebody else.
      password = Secret("")
    }
  }

  private mutating func set(_ name: Substring, to value: Substring) throws(RedisURLError) {
    switch name {
    case "sentinel_user" where sentinels != nil: sentinels?.user = try Self.decoded(value)
    case "sentinel_password" where sentinels != nil: sentinels?.password = Secret(try Self.decoded(value))
    case "sentinel_tls" where sentinels != nil:
      guard value == "on" || value == "off" else { throw .wrongSwitch("sentinel_tls") }
      sentinels?.usesTLS = value == "on"
    case "db": database = try Self.database(value)
    case "cafile": trustRootsPath = try Self.decoded(value)
    case "certfile": certificatePath = try Self.decoded(value)
    case "keyfile": keyPath = try Self.decoded(value)
    // Perhaps the end of that password, which must not be shown.
    default: throw sentinels?.password == nil ? .unknownParameter(String(name)) : .brokenPassword
    }
  }

  private func checkTLS() throws(RedisURLError) {
    if !usesTLS, sentinels?.usesTLS != true {
      for (name, path) in [("cafile", trustRootsPath), ("certfile", certificatePath), ("keyfile", keyPath)]
      where path != nil {
        throw .needsTLS(name)
      }
    }
    guard (certificatePath == nil) == (keyPath == nil) else { throw .certificateWithoutKey }
  }

  private static func parameters(_ text: Substring) -> [(name: Substring, value: Substring)] {
    text.split(separator: "&").map { part in
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (name: pair[0], value: pair.count == 2 ? pair[1] : "")
    }
  }

  private static func database(_ text: Substring) throws(RedisURLError) -> Int {
    guard let number = Int(text), number >= 0 else { throw .wrongDatabase }
    return number
  }

  /// Percent-decoding by RFC 3986 section 2.1.
  private static func decoded(_ text: Substring) throws(RedisURLError) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = String(Substring(rest.prefix(2)))
      guard digits.utf8.count == 2, !digits.hasPrefix("+"), let decoded = UInt8(digits, radix: 16) else {
        throw .wrongEncoding
      }
      bytes.append(decoded)
      rest = rest.dropFirst(2)
    }
    guard let decoded = String(validating: bytes, as: UTF8.self) else { throw .wrongEncoding }
    return decoded
  }
}
