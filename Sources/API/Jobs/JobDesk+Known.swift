import NIOCore
import Shared

extension JobDesk {
  /// What a client's idempotency key stands for already, for an order with ``JobOrder/sent``; nil when for nothing. Throws
  /// ``Problem`` as an admission does: a key that is revoked is told nothing, nor is what a failover may lose.
  func known(
    _ order: JobOrder, by client: Client, idempotencyKey: String
  ) async throws(Problem) -> KnownKey? {
    var order = order
    order.takeLane(of: client.policy)
    let idempotency = Idempotency(
      key: idempotencyKey, owner: client.owner, order: order, request: ByteBuffer())
    let known: KnownKey?
    do { known = try await queue.known(idempotency) } catch {
      if case .unacknowledged = error { throw .unacknowledged(isExact: true) }
      throw Problem(error)
    }
    if known != nil { _ = try await judge.current(client) }
    return known
  }
}
