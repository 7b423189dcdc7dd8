/// What is wrong with a request that a dialect reads, and where.
public struct InputFault: Error, Sendable, Hashable {
  /// A step from an object or an array to what it holds.
  public enum Step: Sendable, Hashable {
    case name(String)
    case index(Int)
  }

  /// From the member that is read, such as `input`.
  public private(set) var path: [Step]
  /// A sentence for the client; nil where something is missing, which needs none.
  public let sentence: String?

  public init(_ sentence: String, at path: Step...) {
    self.path = path
    self.sentence = sentence
  }

  private init(missingAt path: [Step]) {
    self.path = path
    sentence = nil
  }

  static func missing(_ path: Step...) -> InputFault { InputFault(missingAt: path) }

  /// The same, seen from further out.
  func inside(_ steps: Step...) -> InputFault {
    var fault = self
    fault.path = steps + path
    return fault
  }
}
