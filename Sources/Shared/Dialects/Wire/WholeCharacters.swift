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
    case .opaque(var part):
      if case .string(let text)? = part.members["text"] { part.members["text"] = .string(halves.join(text)) }
      return .opaque(part)
    case .audio(var audio):
      audio.transcript = audio.transcript.map { halves.join($0) }
      return .audio(audio)
    case .toolResult, .image, .document, .citation: return part
    }
  }
}
