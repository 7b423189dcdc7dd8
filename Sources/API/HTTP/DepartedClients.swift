import NIOCore
import Synchronization

/// The connections whose clients closed their half while they had an answer to come. Almost all of them have hung up; one that
/// still reads gets its answer all the same.
///
/// As long as there is none, a look costs one load.
final class DepartedClients: Sendable {
  private let count = Atomic(0)
  private let connections = Mutex<Set<ObjectIdentifier>>([])

  func left(_ channel: any Channel) { change { $0.insert(ObjectIdentifier(channel)).inserted } }

  /// The connection is no more.
  func forget(_ channel: any Channel) {
    guard count.load(ordering: .relaxed) > 0 else { return }
    change { $0.remove(ObjectIdentifier(channel)) != nil }
  }

  func contains(_ channel: any Channel) -> Bool {
    guard count.load(ordering: .acquiring) > 0 else { return false }
    return connections.withLock { $0.contains(ObjectIdentifier(channel)) }
  }

  private func change(_ body: (inout Set<ObjectIdentifier>) -> Bool) {
    connections.withLock { connections in
      guard body(&connections) else { return }
      count.store(connections.count, ordering: .releasing)
    }
  }
}
