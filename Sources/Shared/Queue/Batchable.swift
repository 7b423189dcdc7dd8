/// What can go to the queue together with others of its kind.
public protocol Batchable: Sendable {
  /// How many bytes of its own it brings, about.
  var size: Int { get }
  /// Whether one step can be taken for both.
  func goes(with other: Self) -> Bool
}

extension Batchable {
  public func goes(with other: Self) -> Bool { true }
}

extension Array where Element: Batchable {
  /// How many of them each of the steps takes that are needed for all: a step is short, and its arguments fit into
  /// Redis' buffers.
  @inlinable package var batchSizes: [Int] {
    // By their places: some are large, and each would be copied.
    let (mostItems, mostBytes) = (64, 4 * 1024 * 1024)
    var sizes: [Int] = []
    var (start, bytes) = (0, 0)
    for index in indices {
      let size = self[index].size
      let fits = index - start < mostItems && bytes + size <= mostBytes && self[start].goes(with: self[index])
      if index > start, !fits {
        sizes.append(index - start)
        (start, bytes) = (index, 0)
      }
      bytes += size
    }
    if count > start { sizes.append(count - start) }
    return sizes
  }
}
