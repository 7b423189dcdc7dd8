import NIOCore

/// One value for each event loop: what runs on a loop finds there what lives on it, and no thread has to be woken.
public struct PerEventLoop<Value: Sendable>: Sendable {
  /// On a machine with more cores than this, loops share values.
  private static var most: Int { 8 }

  public let all: [Value]
  private let group: any EventLoopGroup
  private let places: [ObjectIdentifier: Int]

  /// Makes a value for each loop of a group.
  public init(_ group: any EventLoopGroup, _ make: (any EventLoop) -> Value) {
    let loops = Array(group.makeIterator())
    all = loops.prefix(Self.most).map(make)
    self.group = group
    places = Dictionary(
      uniqueKeysWithValues: loops.enumerated().map { place, loop in
        (ObjectIdentifier(loop), place % Self.most)
      })
  }

  /// The value of the loop that this is called on; elsewhere the value of any.
  public var current: Value {
    // On a loop, `any` is that loop.
    all[places[ObjectIdentifier(group.any())] ?? 0]
  }
}
