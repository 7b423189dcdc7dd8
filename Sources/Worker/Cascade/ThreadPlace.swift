import Shared

/// Where a conversation is that stays with its target. No I/O: what is known goes in.
struct ThreadPlace: Sendable {
  /// A digest of it, in hexadecimal digits.
  let thread: String
  /// Who answered it last; nil where nobody has, or too long ago to have it in a cache still.
  let target: Target?

  /// By which its provider's keys are drawn: a cache is of one account.
  var seed: UInt64? { UInt64(thread.prefix(16), radix: 16) }

  /// The targets with the one that answered last in front, where it is among them.
  func first(of targets: [Target]) -> [Target] {
    guard let target, targets.first != target, targets.contains(target) else { return targets }
    return [target] + targets.filter { $0 != target }
  }
}

extension CascadeReport {
  /// Whose answer stands.
  var answeredBy: Target? {
    guard case .answered(let result, _)? = outcome else { return nil }
    return Target(provider: result.provider, model: result.model)
  }
}
