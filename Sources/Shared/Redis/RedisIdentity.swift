/// What a server says it is, before it is asked for anything.
struct RedisIdentity: Sendable, Hashable {
  enum Role: Sendable, Hashable {
    case master
    case replica(of: String?)
  }

  /// `redis`, `valkey` or another's name.
  var server: String?
  var version: String?
  /// `standalone`, `cluster` or `sentinel`.
  var mode: String?
  var role: Role?
}

extension RedisIdentity {
  /// From the reply to `HELLO 2`: names and values in turns. Nil for anything else.
  init?(hello reply: RESPValue) {
    guard let parts = reply.array, parts.count >= 2, parts.count.isMultiple(of: 2) else { return nil }
    for index in stride(from: 0, to: parts.count, by: 2) {
      let value = parts[index + 1].string
      switch parts[index].string {
      case "server": server = value
      case "version": version = value
      case "mode": mode = value
      case "role": role = value == "replica" || value == "slave" ? .replica(of: nil) : .master
      default: break
      }
    }
  }

  /// Takes in what `INFO server` says.
  mutating func take(info text: String) {
    for line in text.split(whereSeparator: \.isNewline) {
      let pair = line.split(separator: ":", maxSplits: 1)
      guard pair.count == 2 else { continue }
      let value = String(pair[1])
      switch pair[0] {
      case "valkey_version": (server, version) = ("valkey", value)
      case "redis_version": if server == nil { (server, version) = ("redis", value) }
      case "redis_mode", "server_mode": mode = value
      default: break
      }
    }
  }

  /// Takes in what `ROLE` says.
  mutating func take(role reply: RESPValue) {
    guard let parts = reply.array, let name = parts.first?.string else { return }
    switch name {
    case "master": role = .master
    case "slave", "replica":
      guard parts.count >= 3, let host = parts[1].string, let port = parts[2].integer else {
        role = .replica(of: nil)
        return
      }
      role = .replica(of: "\(host):\(port)")
    case "sentinel": mode = "sentinel"
    default: break
    }
  }

  /// Why it cannot hold the queue, as far as it says. What it does not say is not held against it.
  ///
  /// The first Valkey is a 7.2 and has all that is needed.
  var refusal: RedisRefusal? {
    if mode == "sentinel" { return .isSentinel }
    if mode == "cluster" { return .clusterNode }
    if let server, let version, let major = version.split(separator: ".").first.flatMap({ Int($0) }),
      major < 7
    {
      return .tooOld("\(server) \(version)")
    }
    if case .replica(let master) = role { return .replica(of: master) }
    return nil
  }
}

extension RedisIdentity {
  /// How many replicas are connected, as `INFO replication` says; nil for anything else.
  static func replicas(in info: String) -> Int? {
    for line in info.split(whereSeparator: \.isNewline) where line.hasPrefix("connected_slaves:") {
      return Int(line.dropFirst("connected_slaves:".count))
    }
    return nil
  }
}
