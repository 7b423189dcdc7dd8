/// The sentinels that know which server is the master, and how they are spoken to.
public struct RedisSentinels: Sendable, Hashable {
  public static let defaultPort = 26_379

  /// All of them: the majority of these is believed.
  public var addresses: [RedisConfiguration.Address]
  /// By which they know the master, such as `mymaster`.
  public var masterName: String
  /// Their own, not the servers'.
  public var user: String?
  public var password: Secret?
  public var usesTLS = false

  public init(addresses: [RedisConfiguration.Address], masterName: String) {
    self.addresses = addresses
    self.masterName = masterName
  }
}

extension RedisConfiguration {
  /// How each sentinel is reached; empty where there are none.
  var eachSentinel: [RedisConfiguration] {
    guard let sentinels else { return [] }
    return sentinels.addresses.map { address in
      var configuration = self
      configuration.sentinels = nil
      configuration.isSentinel = true
      configuration.address = address
      configuration.database = 0
      (configuration.user, configuration.password) = (sentinels.user, sentinels.password)
      configuration.usesTLS = sentinels.usesTLS
      // A sentinel does little, and others are asked as well.
      configuration.commandTimeout = min(commandTimeout, .seconds(1))
      return configuration
    }
  }
}
