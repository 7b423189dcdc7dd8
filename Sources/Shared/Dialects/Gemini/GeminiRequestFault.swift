/// What is wrong with a client's request in Gemini's form: where, and a sentence for the client.
public struct GeminiRequestFault: Error, Sendable, Hashable {
  public enum Step: Sendable, Hashable {
    case name(String)
    case index(Int)
  }

  /// From the outside in; empty for the whole body.
  public private(set) var path: [Step]
  public let sentence: String

  init(_ sentence: String, at path: Step...) {
    self.sentence = sentence
    self.path = path
  }

  /// The same, seen from further out.
  func inside(_ steps: Step...) -> GeminiRequestFault {
    var fault = self
    fault.path = steps + path
    return fault
  }
}
