/// Why a command did not succeed. `server` never holds credentials, and arguments are never part of an error.
public enum RedisError: Error, Sendable, Hashable {
  /// There is no connection; the command was not sent.
  case unavailable(server: String, reason: String)
  /// What is there cannot be used; nothing was sent to it.
  case refused(server: String, RedisRefusal)
  /// An earlier command was not answered in time, and nothing has been since; this one was not sent.
  case suspect(server: String)
  /// No reply came in time. The command may have taken effect.
  case timedOut(server: String, command: String, after: Duration)
  /// The connection ended before the reply. The command may have taken effect.
  case connectionLost(server: String, command: String)
  /// The connection was given up because of what came over it: TLS that cannot be verified, or bytes that
  /// are no RESP2. The command may have taken effect.
  case protocolViolation(server: String, command: String, reason: String)
  /// Redis answered with an error, such as `OOM command not allowed…`. The command had no effect.
  case replied(server: String, command: String, message: String)
  /// The waiting task was cancelled. The command may take effect.
  case cancelled(server: String, command: String)
}

extension RedisError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unavailable(let server, let reason):
      "Redis at \(server) cannot be reached: \(reason)"
    case .refused(let server, let refusal):
      "Redis at \(server) cannot be used: \(refusal)"
    case .suspect(let server):
      "Redis at \(server) has stopped answering; nothing is sent until it answers again"
    case .timedOut(let server, let command, let after):
      "Redis at \(server) did not answer \(command) within \(after.wholeMilliseconds) ms"
    case .connectionLost(let server, let command):
      "the connection to Redis at \(server) was lost while \(command) waited for its reply"
    case .protocolViolation(let server, let command, let reason):
      "the connection to Redis at \(server) was given up while \(command) waited for its reply: \(reason)"
    case .replied(let server, let command, let message):
      "Redis at \(server) answered \(command) with: \(message)"
    case .cancelled(let server, let command):
      "waiting for \(command) at Redis \(server) was cancelled"
    }
  }
}
