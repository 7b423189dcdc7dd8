/// Why a server is not one that Sluice works with: found out before anything else that it says is believed.
public enum RedisRefusal: Error, Sendable, Hashable {
  /// User or password are wrong.
  case wrongPassword
  case wrongSentinelPassword
  /// There is a password, and none was given.
  case noPassword
  /// It talks to its own machine only.
  case protectedMode
  case noDatabase(Int)
  case clusterNode
  /// It is a sentinel where a server was to be.
  case isSentinel
  /// It is a server where a sentinel was to be.
  case isNoSentinel
  /// Such as `redis 6.2.5`.
  case tooOld(String)
  case noFunctions
  /// Commands that it does not know, although its version has them: renamed, or taken away.
  case missingCommands([String])
  /// Rights as `ACL SETUSER` takes them, such as `+fcall` and `~sluice:*`.
  case missingRights([String], user: String)
  /// No sentinel knows a master of this name.
  case unknownMaster(String)
  /// A replica, of the server that it names where it may be asked.
  case replica(of: String?)
  /// Sentinels name it, and it is a replica.
  case notYetMaster
}

extension RedisRefusal {
  /// Whether time does not mend it: a process that starts stops with it. A replica may be promoted, and a name may
  /// lead to another server soon.
  public var needsOperator: Bool {
    switch self {
    case .replica, .notYetMaster: false
    default: true
    }
  }
}

extension RedisRefusal {
  /// The class of error replies that says the same, without what only an operator should know.
  var reason: RedisErrorReason {
    switch self {
    case .wrongPassword, .wrongSentinelPassword, .noPassword: .noAuthentication
    case .missingRights: .noPermission
    case .missingCommands, .noFunctions, .tooOld: .unknownCommand
    case .replica, .notYetMaster: .readOnly
    case .clusterNode: .moved
    case .protectedMode: .protectedMode
    case .noDatabase, .isSentinel, .isNoSentinel, .unknownMaster: .other
    }
  }
}

extension RedisRefusal: CustomStringConvertible {
  /// What is wrong, and what to do: it continues "Redis at … cannot be used: ".
  public var description: String {
    switch self {
    case .wrongPassword: "it refuses the user or the password that REDIS_URL holds (WRONGPASS)"
    case .wrongSentinelPassword:
      "it refuses the sentinel_user or the sentinel_password that REDIS_URL holds (WRONGPASS)"
    case .noPassword:
      "it asks for a password (NOAUTH); write it into REDIS_URL, that of sentinels as sentinel_password"
    case .protectedMode:
      "it is in protected mode and serves its own machine only; give it a password, or set protected-mode to no"
    case .noDatabase(let number): "it has no database \(number), or does not let it be chosen; use 0"
    case .clusterNode:
      "it is a node of a Redis Cluster, which is not supported yet; name one Redis, or sentinels with redis+sentinel://"
    case .isSentinel: "it is a sentinel; write redis+sentinel://, and the name of its master as the path"
    case .isNoSentinel: "it is no sentinel; name a server with redis://, and sentinels with redis+sentinel://"
    case .tooOld(let version): "it is \(version); Redis 7.0 or Valkey 7.2, or a later one, is needed"
    case .noFunctions:
      "it has no FCALL; Redis 7.0 or Valkey 7.2, or a later one, is needed (Dragonfly and KeyDB have no functions)"
    case .missingCommands(let names):
      """
      it does not have \(names.joined(separator: ", ")); commands must not be renamed or taken away: remove \
      rename-command from its configuration
      """
    case .missingRights(let rights, let user):
      "the user \"\(user)\" lacks rights; give them with ACL SETUSER \(user) \(rights.joined(separator: " "))"
    case .unknownMaster(let name):
      "no sentinel knows a master named \"\(name)\"; the path of REDIS_URL must be its name"
    case .replica(let master):
      "it is a replica\(master.map { " of \($0)" } ?? ""); name its master, or sentinels with redis+sentinel://"
    case .notYetMaster: "sentinels name it as the master, but it is a replica; they are asked again"
    }
  }
}
