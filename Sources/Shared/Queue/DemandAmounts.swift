/// What differs from request to request of a client: how much each takes. What is the same of one kind stands once, so that
/// the shape of the demand, which tells the places, stays the same text.
struct DemandAmounts: Sendable {
  enum Kind: Hashable, Sendable {
    case tokens, money
    case queued(QueuedDemand.Unit)
  }

  /// As many as the byte counts that stands before them.
  private static let most = 255

  private var entries: [(kind: Kind, amount: Int64)] = []

  /// The number of an amount, from 1; it is noted when it is new.
  mutating func place(of amount: Int64, in kind: Kind) -> Int {
    if let index = entries.firstIndex(where: { $0.kind == kind && $0.amount == amount }) { return index + 1 }
    // AccessBounds gives all of one kind the same amount, so there are four at most.
    precondition(entries.count < Self.most)
    entries.append((kind, amount))
    return entries.count
  }

  /// A byte that counts them, eight bytes for each, and the shape.
  func packed(before shape: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(1 + 8 * entries.count + shape.count)
    bytes.append(UInt8(entries.count))
    for entry in entries { withUnsafeBytes(of: entry.amount.bigEndian) { bytes.append(contentsOf: $0) } }
    bytes += shape
    return bytes
  }
}
