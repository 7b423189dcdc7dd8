import Synchronization

/// One series that only grows. Counting is one atomic addition.
public final class Counter: Sendable {
  private let units = Atomic(0)

  public init() {}

  public func add(_ amount: Int = 1) { units.wrappingAdd(amount, ordering: .relaxed) }

  public var value: Int { units.load(ordering: .relaxed) }
}
