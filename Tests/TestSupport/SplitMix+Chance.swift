public import Shared

extension SplitMix {
  /// True so often as `chance` of 100.
  public mutating func happens(_ chance: Int) -> Bool { Int.random(in: 0..<100, using: &self) < chance }
}
