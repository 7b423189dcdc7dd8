/// The keys that no simulated provider knows. All others are good, so that tests need no list of them.
enum RefusedKey {
  static func matches(_ key: Substring) -> Bool {
    key.hasPrefix("wrong") || key.hasPrefix("invalid") || key.hasSuffix("-invalid")
  }
}
