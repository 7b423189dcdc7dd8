/// Where Redis is and how it is spoken to.
public struct RedisConfiguration: Sendable, Hashable {
  public enum Address: Sendable, Hashable {
    case tcp(host: String, port: Int)
    case unix(path: String)
  }

  /// The server's. With ``sentinels`` it is that of the first of them: the server is whom they name.
  public var address: Address
  /// Who is asked where the server is; nil where its address is known.
  public var sentinels: RedisSentinels?
  /// Whether this leads to a sentinel and not to a server.
  var isSentinel = false
  public var usesTLS = false
  /// A PEM file with the authorities to trust instead of the system's; `?cafile=` in the URL.
  public var trustRootsPath: String?
  /// What names ``trustRootsPath``: `cafile`, or the environment's `SSL_CERT_FILE`.
  var trustRootsName = "cafile"
  /// PEM files with the certificate (its chain behind it) and the key that Sluice shows to servers; `certfile` and
  /// `keyfile` in the URL. Both or none.
  public var certificatePath: String?
  public var keyPath: String?
  /// The ACL user; nil is Redis' default user.
  public var user: String?
  public var password: Secret?
  public var database = 0
  /// How long an ordinary command may take.
  public var commandTimeout = Duration.seconds(2)

  /// How many replicas must have a job, and an answer, before anyone is told; `REDIS_ACK_REPLICAS`.
  public var acknowledgingReplicas = 0

  /// Whether another server is to take over one day that may lack what this one took in last.
  public var expectsFailover: Bool { sentinels != nil || acknowledgingReplicas > 0 }

  /// How long replicas have to say so: half of what a command may take, so that a step that had to wait for its turn is
  /// in time, too.
  var acknowledgementTime: Duration { commandTimeout / 2 }

  /// How long a connection may be silent that is being made, logging in included, or that blocks or listens: what a
  /// command may take, but never so little that a new connection could not be made.
  public var patience: Duration { max(commandTimeout, .seconds(1)) }

  public init(address: Address) { self.address = address }
}

extension RedisConfiguration: CustomStringConvertible {
  /// The server without credentials, such as `redis://127.0.0.1:6379/0` or
  /// `redis+sentinel://10.0.0.1:26379,10.0.0.2:26379/mymaster/0`.
  public var description: String {
    guard let sentinels else { return description(of: address) }
    let places = sentinels.addresses.map(\.description).joined(separator: ",")
    return "\(usesTLS ? "rediss" : "redis")+sentinel://\(places)/\(sentinels.masterName)/\(database)"
  }

  /// One server of them.
  func description(of address: Address) -> String {
    switch address {
    case .unix: "unix://\(address)"
    case .tcp where isSentinel: "sentinel://\(address)"
    case .tcp: "\(usesTLS ? "rediss" : "redis")://\(address)/\(database)"
    }
  }
}

extension RedisConfiguration.Address: CustomStringConvertible {
  /// Such as `127.0.0.1:6379`, `[::1]:6379` or a path.
  public var description: String {
    switch self {
    case .tcp(let host, let port): "\(host.contains(":") ? "[\(host)]" : host):\(port)"
    case .unix(let path): path
    }
  }
}
