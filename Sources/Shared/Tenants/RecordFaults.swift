/// All that is wrong with a record, up to a number that a hostile body cannot turn into load.
public struct RecordFaults: Error, Sendable, Hashable {
  public static let most = 100

  /// At least one where it is thrown.
  public private(set) var list: [RecordFault]

  public init(_ list: [RecordFault] = []) { self.list = Array(list.prefix(Self.most)) }

  mutating func add(_ fault: RecordFault) {
    if list.count < Self.most { list.append(fault) }
  }
}
