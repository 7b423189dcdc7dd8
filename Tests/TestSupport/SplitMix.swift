/// A random number generator whose numbers are the same in every run (SplitMix64), so that failures can be repeated.
public struct SplitMix: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// True so often as `chance` of 100.
  public mutating func happens(_ chance: Int) -> Bool { Int.random(in: 0..<100, using: &self) < chance }
}
