/// Where Redis is and how it is spoken to.
public struct RedisConfiguration: Sendable, Hashable {
  public enum Address: Sendable, Hashable {
    case tcp(host: String, port: Int)
    case unix(path: String)
  }

  public var address: Address
  public var usesTLS = false
  /// A PEM file with the authorities to trust instead of the system's; `?cafile=` in the URL.
  public var trustRootsPath: String?
  /// The ACL user; nil is Redis' default user.
  public var user: String?
  public var password: Secret?
  public var database = 0
  /// How long an ordinary command may take.
  public var commandTimeout = Duration.seconds(2)

  /// How long a connection may be silent that is being made, logging in included, or that blocks or listens: what a
  /// command may take, but never so little that a new connection could not be made.
  public var patience: Duration { max(commandTimeout, .seconds(1)) }

  public init(address: Address) { self.address = address }
}

extension RedisConfiguration: CustomStringConvertible {
  /// The server without credentials, such as `redis://127.0.0.1:6379/0`.
  public var description: String {
    switch address {
    case .tcp(let host, let port):
      "\(usesTLS ? "rediss" : "redis")://\(host.contains(":") ? "[\(host)]" : host):\(port)/\(database)"
    case .unix(let path): "unix://\(path)"
    }
  }
}
