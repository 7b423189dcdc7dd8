/// What the hash `held` has counted of owners so far: a step writes all that it counts of one anew, of which only some has
/// changed.
public struct HeldCounts: Sendable {
  private var owners: [String: OwnerCounts] = [:]

  public init() {}

  /// What a change of the hash has changed.
  mutating func events(_ command: RedisJournal.Command) -> [KeyStep.Event] {
    switch command.name {
    case "HSET": KeyStep.pairs(command.arguments).flatMap { set($0, $1) }
    case "HDEL": command.arguments.flatMap { remove(KeyStep.text($0)) }
    // A step that counts otherwise is to be seen.
    default: [.counted(field: "\(command.name) \(command.arguments.map(KeyStep.text))", value: "?")]
    }
  }

  private mutating func set(_ field: String, _ stored: [UInt8]) -> [KeyStep.Event] {
    guard OwnerCounts.isOwner(field) else { return [.counted(field: field, value: KeyStep.text(stored))] }
    return replace(field, by: OwnerCounts(field: field, stored: stored))
  }

  private mutating func remove(_ field: String) -> [KeyStep.Event] {
    guard OwnerCounts.isOwner(field) else { return [.counted(field: field, value: nil)] }
    return replace(field, by: nil)
  }

  private mutating func replace(_ field: String, by counts: OwnerCounts?) -> [KeyStep.Event] {
    let (old, new) = (owners[field]?.values ?? [:], counts?.values ?? [:])
    owners[field] = counts
    return Set(old.keys).union(new.keys).sorted().filter { old[$0] != new[$0] }.map {
      .counted(field: $0, value: new[$0].map { "\($0)" })
    }
  }
}
