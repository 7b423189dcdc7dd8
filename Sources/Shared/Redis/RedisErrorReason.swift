/// The classes of error replies: what Redis refuses a command for. The raw value is the metric's label.
public enum RedisErrorReason: String, Sendable, Hashable, CaseIterable {
  case ask
  case busy
  case clusterDown = "cluster_down"
  case crossSlot = "cross_slot"
  case loading
  case masterDown = "master_down"
  case misconfigured
  case moved
  case noAuthentication = "no_authentication"
  case noPermission = "no_permission"
  case noReplicas = "no_replicas"
  case outOfMemory = "out_of_memory"
  case protectedMode = "protected_mode"
  case readOnly = "read_only"
  /// A step of the queue failed by itself.
  case script
  case tryAgain = "try_again"
  case unblocked
  case unknownCommand = "unknown_command"
  case other

  /// What is wrong, as a phrase without a full stop.
  public var sentence: String {
    switch self {
    case .ask, .moved, .crossSlot, .tryAgain:
      "it is a node of a Redis Cluster, which is not supported yet (\(word))"
    case .busy: "it is busy with a script or function that does not end (BUSY)"
    case .clusterDown: "its cluster is down (CLUSTERDOWN)"
    case .loading: "it is still loading its data (LOADING)"
    case .masterDown: "it is a replica that has lost its master (MASTERDOWN)"
    case .misconfigured: "it cannot write to its disk (MISCONF)"
    case .noAuthentication: "it wants another user or password (NOAUTH, WRONGPASS)"
    case .noPermission: "a right is missing (NOPERM)"
    case .noReplicas: "it has fewer replicas than it must have to be written to (NOREPLICAS)"
    case .outOfMemory: "it has reached its maxmemory (OOM)"
    case .protectedMode: "it is in protected mode and serves its own machine only (DENIED)"
    case .readOnly: "it is a replica, which may not be written to (READONLY)"
    case .script: "a step of the queue failed; the log says how"
    case .unblocked: "it has become a replica (UNBLOCKED)"
    case .unknownCommand: "it does not know a command that is needed"
    case .other: "the log says why"
    }
  }

  /// Whether the same command may be taken soon, as at a failover: by this server or by the next.
  public var isPassing: Bool {
    switch self {
    case .busy, .clusterDown, .loading, .masterDown, .misconfigured, .noReplicas, .readOnly, .tryAgain,
      .unblocked:
      true
    case .ask, .crossSlot, .moved, .noAuthentication, .noPermission, .outOfMemory, .protectedMode, .script,
      .unknownCommand, .other:
      false
    }
  }

  private var word: String { rawValue.uppercased() }

  /// The class of an error reply, by the word that it begins with.
  public init(message: String) {
    switch message.prefix(while: { $0 != " " }) {
    case "ASK": self = .ask
    case "BUSY": self = .busy
    case "CLUSTERDOWN": self = .clusterDown
    case "CROSSSLOT": self = .crossSlot
    case "DENIED": self = .protectedMode
    case "LOADING": self = .loading
    case "MASTERDOWN": self = .masterDown
    case "MISCONF": self = .misconfigured
    case "MOVED": self = .moved
    case "NOAUTH", "WRONGPASS": self = .noAuthentication
    case "NOPERM": self = .noPermission
    case "NOREPLICAS": self = .noReplicas
    case "OOM": self = .outOfMemory
    case "READONLY": self = .readOnly
    case "TRYAGAIN": self = .tryAgain
    case "UNBLOCKED": self = .unblocked
    default: self = Self.ordinary(message)
    }
  }

  private static func ordinary(_ message: String) -> RedisErrorReason {
    // Redis 7.0, and Valkey, word a right that misses within a function like this.
    if message.hasPrefix("ERR The user executing the script can't")
      || message.hasPrefix("ERR ACL failure in script")
    {
      return .noPermission
    }
    if message.hasPrefix("ERR unknown command") || message.hasPrefix("ERR Unknown Redis command") {
      return .unknownCommand
    }
    return message.contains("user_function") ? .script : .other
  }
}
