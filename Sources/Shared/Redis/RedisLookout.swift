/// What is told of the error replies over one connection.
struct RedisLookout: Sendable {
  let topology: RedisTopology
  let address: RedisConfiguration.Address

  func heard(_ error: RedisError) {
    guard case .replied(_, let command, let message) = error else { return }
    topology.errors.note(message, to: command)
    switch RedisErrorReason(message: message) {
    case .readOnly, .unblocked: topology.abandon(address)
    default: break
    }
  }
}
