/// Some events of an answer that travel together. Those of one part are one piece of it, so that nobody who reads them has
/// to join pieces.
public struct AnswerDelta: Sendable, Hashable {
  public private(set) var events: [AnswerEvent] = []

  public init() {}

  public init(_ text: String) { events = [.part(.text(text), at: 0, choice: 0)] }

  public init(_ events: some Sequence<AnswerEvent>) {
    for event in events { append(event) }
  }

  public var isEmpty: Bool { events.isEmpty }

  /// Of events of which no two are of one part, as those of a whole answer are not.
  init(distinct events: [AnswerEvent]) { self.events = events }

  /// All text of the first choice.
  public var text: String {
    events.reduce(into: "") { text, event in
      if case .part(let part, _, 0) = event { text += part.text ?? "" }
    }
  }

  public mutating func append(_ next: AnswerDelta) {
    if events.isEmpty {
      events = next.events
    } else {
      for event in next.events { append(event) }
    }
  }

  /// Adds the event that follows.
  public mutating func append(_ event: AnswerEvent) {
    for index in events.indices where events[index].goesOn(with: event) {
      events[index].join(event)
      return
    }
    events.append(event)
  }
}

extension AnswerEvent {
  fileprivate func goesOn(with next: AnswerEvent) -> Bool {
    switch (self, next) {
    case (.part(_, let index, let choice), .part(_, let other, let otherChoice)):
      index == other && choice == otherChoice
    case (.logprobs(_, let choice), .logprobs(_, let other)),
      (.message(_, let choice), .message(_, let other)),
      (.choice(_, let choice), .choice(_, let other)), (.finish(_, let choice), .finish(_, let other)):
      choice == other
    case (.extras, .extras), (.usage, .usage): true
    default: false
    }
  }

  fileprivate mutating func join(_ next: AnswerEvent) {
    switch (self, next) {
    case (.part(var part, let index, let choice), .part(let more, _, _)):
      // Lets go of what is here, so that a long text is not copied with each piece.
      self = .usage(.zero)
      part.join(more)
      self = .part(part, at: index, choice: choice)
    case (.logprobs(var members, let choice), .logprobs(let more, _)):
      members.joinLogprobs(more)
      self = .logprobs(members, choice: choice)
    case (.message(var members, let choice), .message(let more, _)):
      members.addMissing(of: more)
      self = .message(members, choice: choice)
    case (.choice(var members, let choice), .choice(let more, _)):
      members.joinChoice(more)
      self = .choice(members, choice: choice)
    case (.extras(var members, _), .extras(let more, let dialect)):
      members.replace(by: more)
      self = .extras(members, dialect)
    default: self = next
    }
  }
}
