/// Joins characters that a provider cut in two, part by part, in the events of one answer.
public struct WholeCharacters: Sendable {
  private struct Place: Hashable {
    let part: Int
    let choice: Int
  }

  private var halves: [Place: HalfCharacters] = [:]

  public init() {}

  /// The event with whole characters only.
  public mutating func join(_ event: AnswerEvent) -> AnswerEvent {
    guard case .part(let part, let index, let choice) = event else { return event }
    let place = Place(part: index, choice: choice)
    return .part(join(part, &halves[place, default: HalfCharacters()]), at: index, choice: choice)
  }

  private func join(_ part: Part, _ halves: inout HalfCharacters) -> Part {
    switch part {
    case .text(var text):
      text.text = halves.join(text.text)
      return .text(text)
    case .refusal(let text): return .refusal(halves.join(text))
    case .thought(var thought):
      thought.text = halves.join(thought.text)
      return .thought(thought)
    case .toolCall(var call):
      call.arguments = halves.join(call.arguments)
      return .toolCall(call)
    default: return part
    }
  }
}
