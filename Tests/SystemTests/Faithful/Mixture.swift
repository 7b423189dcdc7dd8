import Shared
import TestSupport

/// A random answer as a provider of one dialect gives it, whole and as a stream, and what clients must have of it; the
/// same for the same seed.
struct Mixture: Sendable {
  /// What the provider's content filter withholds.
  enum Filter: Sendable {
    case nothing
    /// All of it: nobody has been told anything, and the next target is asked.
    case all
    /// The rest of it. A stream has told the beginning, so that stands; of a whole answer nothing has been told.
    case rest
  }

  /// The answer in its dialect.
  struct Wire: Sendable {
    let whole: JSONValue
    /// The same as the events of a stream.
    let events: [JSONValue]
    let told: ToldAnswer
  }

  let dialect: Dialect
  let seed: UInt64
  let filter: Filter
  let wire: Wire

  init(_ dialect: Dialect, seed: UInt64) {
    self.dialect = dialect
    self.seed = seed
    var samples = MixtureSamples(seed: seed)
    filter = samples.happens(85) ? .nothing : samples.pick([.all, .rest])
    let maker = Self.provider(dialect, seed, 0)
    switch dialect {
    case .chat, .responses: wire = MixtureInChat.wire(samples, filter, maker: maker)
    case .messages: wire = MixtureInMessages.wire(samples, filter, maker: maker)
    case .gemini: wire = MixtureInGemini.wire(samples, filter, maker: maker)
    }
  }

  // MARK: - Who is asked

  var route: String { "\(dialect.rawValue)-\(seed)" }

  /// The name of the first or the second target's provider.
  func provider(_ target: Int) -> String { Self.provider(dialect, seed, target) }

  private static func provider(_ dialect: Dialect, _ seed: UInt64, _ target: Int) -> String {
    "\(dialect.rawValue)-\(seed)-\(target)"
  }

  /// What the providers answer, by their names.
  var scripts: [String: [ScriptedAnswer]] {
    [
      provider(0): [ScriptedAnswer(["json": wire.whole, "events": .array(wire.events)])],
      provider(1): [ScriptedAnswer(["json": Self.second])],
    ]
  }

  /// What the second target answers, which is asked only when the first one's filter withheld something.
  private static let second: JSONValue = [
    "id": "c2", "object": "chat.completion", "created": 1, "model": "m",
    "choices": [
      ["index": 0, "message": ["role": "assistant", "content": "said instead"], "finish_reason": "stop"]
    ],
    "usage": ["prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14],
  ]

  // MARK: - What must come of it

  /// Whether the first target's answer stands.
  func stands(streamed: Bool) -> Bool {
    switch filter {
    case .nothing: true
    case .all: false
    case .rest: streamed
    }
  }

  /// What a client has.
  func told(streamed: Bool) -> ToldAnswer {
    if stands(streamed: streamed) { return wire.told }
    return ToldAnswer(completion: Self.second)
  }

  /// Whether the cache keeps it: nothing that was withheld.
  func isKept(streamed: Bool) -> Bool { filter == .nothing || !stands(streamed: streamed) }
}
