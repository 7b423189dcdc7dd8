/// What reads bytes that others sent. Each ends the process when something does not hold that must.
enum FuzzTarget: String, CaseIterable {
  /// Clients' request bodies.
  case body
  /// What Redis replies.
  case reply
  /// Providers' answers, in every dialect.
  case answer
  /// Providers' streams, in every dialect.
  case stream
  /// Clients' chats in OpenAI's form, on their way into every dialect.
  case chat
  /// Clients' requests in Gemini's form, likewise.
  case gemini
  /// Clients' requests in Responses' form, likewise.
  case responses
  /// Clients' requests in Anthropic's form, likewise.
  case messages
  /// Providers' headers, and clients'.
  case headers
  /// What administrators send: tenants, keys and archives of them.
  case record

  func run(_ bytes: UnsafeBufferPointer<UInt8>) {
    switch self {
    case .body: BodyFuzz.run(bytes)
    case .reply: ReplyFuzz.run(bytes)
    case .answer: AnswerFuzz.run(bytes)
    case .stream: StreamFuzz.run(bytes)
    case .chat: ChatFuzz.run(bytes)
    case .gemini: GeminiFuzz.run(bytes)
    case .responses: ResponsesFuzz.run(bytes)
    case .messages: MessagesFuzz.run(bytes)
    case .headers: HeadersFuzz.run(bytes)
    case .record: RecordFuzz.run(bytes)
    }
  }
}

/// Ends the process when `condition` does not hold: to a fuzzer that is a finding, kept with its input.
func require(_ condition: Bool, _ what: @autoclosure () -> String) {
  if !condition { fatalError(what()) }
}
