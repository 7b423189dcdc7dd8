/// Eight bytes of text looked at together.
extension UInt64 {
  /// Each byte 0x01.
  private static var ones: UInt64 { 0x0101_0101_0101_0101 }

  /// The highest bit of each byte that is below a limit of at most 128 (Bit Twiddling Hacks, "Determine if a word has a
  /// byte less than n"). What stands above the lowest such byte can be wrong: a difference borrows from there.
  func bytes(below limit: UInt64) -> UInt64 {
    (self &- Self.ones &* limit) & ~self & (Self.ones &* 0x80)
  }

  /// The highest bit of each byte that has it: of what is no ASCII.
  var highBits: UInt64 { self & (Self.ones &* 0x80) }

  /// The same for each byte that equals another.
  func bytes(equalTo byte: UInt64) -> UInt64 { (self ^ (Self.ones &* byte)).bytes(below: 1) }
}
