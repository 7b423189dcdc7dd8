/// A worker's word that jobs may be handed to it in the step that admits them, on a channel that it listens to.
public struct SlotOffer: Sendable, Hashable {
  /// As the steps of the queue read it: `<most running jobs of a tenant, 0 for no cap> <worker> <channel>`.
  let rawValue: String

  init(worker: String, channel: String, tenantRunning: Int) {
    rawValue = "\(tenantRunning) \(worker) \(channel)"
  }
}
