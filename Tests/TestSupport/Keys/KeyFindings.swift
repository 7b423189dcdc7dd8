/// What the model says of a run.
public struct KeyFindings: Sendable, CustomStringConvertible {
  public enum Kind: String, Sendable, CaseIterable {
    /// Admitted, or let through a gate, although there was no room.
    case tooMany
    /// Refused, or kept waiting, although there was room.
    case tooFew
    /// A job was not counted by what should count it, or by what should not.
    case otherBounds
    /// A counter in Redis is not what it should be.
    case counter
    /// A job that no client was told of, or a time that cannot be.
    case strange
  }

  /// How often, by kind and bound.
  public private(set) var counts: [Kind: [String: Int]] = [:]
  /// The first few of each kind, in words.
  public private(set) var examples: [Kind: [String]] = [:]
  public var admissions = 0
  public var refusals = 0
  /// Refusals that were asked and answered within the time in which one request grows back: of these the model knows exactly
  /// whether there was room.
  public var sharpRefusals = 0
  /// How often each bound refused.
  public var refusalsByBound: [String: Int] = [:]
  public var waits = 0

  public init() {}

  public var areSound: Bool { counts.isEmpty }

  public subscript(kind: Kind) -> Int { counts[kind]?.values.reduce(0, +) ?? 0 }

  mutating func add(_ kind: Kind, _ subject: String, _ what: @autoclosure () -> String) {
    counts[kind, default: [:]][subject, default: 0] += 1
    if examples[kind, default: []].count < 5 { examples[kind, default: []].append("\(subject): \(what())") }
  }

  public var description: String {
    let found = Kind.allCases.filter { self[$0] > 0 }.map { "\(self[$0]) \($0): \(examples[$0] ?? [])" }
    return """
      \(admissions) admissions, \(refusals) refusals (\(sharpRefusals) sharp), \(waits) waited; \
      \(found.isEmpty ? "all as the model says" : found.joined(separator: "; "))
      """
  }
}
