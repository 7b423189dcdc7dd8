/// Reads the events of one streamed answer, in the order in which they come.
public protocol StreamReader: Sendable {
  /// What an event brings. Throws the fault that it tells of, or what is wrong with it.
  mutating func read(_ event: ServerSentEvent) throws(ProviderFault) -> [AnswerEvent]

  /// Whether the provider has said that the answer is whole: a stream that ends before that was cut.
  var isComplete: Bool { get }

  /// Whether the dialect's own end has come, behind which nothing belongs to the answer. `[DONE]` is known to all.
  var hasEnded: Bool { get }

  /// Whether characters were cut in two, so that their halves must be joined.
  var hasHalves: Bool { get }

  /// A word for the end of the answer that Sluice does not know.
  var unknownFinishReason: String? { get }

  /// Why the answer is none although it has its end: its provider itself calls it broken. Known with that end, and thrown
  /// behind it, for what the answer used may come later.
  var broken: ProviderFault? { get }
}

extension StreamReader {
  /// Of a dialect whose streams end with their connection or with `[DONE]`.
  public var hasEnded: Bool { false }
  public var broken: ProviderFault? { nil }
}
