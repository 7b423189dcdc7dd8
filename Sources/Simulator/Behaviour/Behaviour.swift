import Shared

/// What a simulated provider does other than to answer well. Every field is optional in its JSON, and a
/// behaviour without any is the usual answer.
struct Behaviour: Sendable, Equatable {
  /// Which body takes the place of the usual one.
  enum Body: String, Sendable {
    /// A proxy's page.
    case html
    case empty
    /// The first half of the usual body, with a content length that agrees with it.
    case truncatedJSON = "truncated_json"
    /// Bytes that are no UTF-8, under a JSON content type.
    case garbage
    /// An error with status 200; in a stream an error after the first half of the events.
    case error200 = "error_200"
  }

  /// Where something happens to a response under way.
  enum Point: String, Sendable {
    case beforeHeaders = "before_headers"
    /// The head is sent, with the length of a body that does not come.
    case beforeBody = "before_body"
    /// In the middle of a stream's event.
    case midBody = "mid_body"
    /// Between two events of a stream; the same as ``midBody`` for a whole answer.
    case midStream = "mid_stream"
    /// All of the text is sent, but nothing that says that it is all: in OpenAI's dialect neither
    /// `finish_reason` nor `[DONE]`. A whole answer lacks its last byte.
    case beforeTerminalEvent = "before_terminal_event"
  }

  /// Which limit a 429 is about.
  enum Quota: String, Sendable {
    case minute
    case day
    /// The credit, which does not come back by waiting.
    case credit
  }

  /// Tokens.
  struct Usage: Sendable, Equatable {
    var prompt: Int
    var completion: Int
    /// The part of the prompt that the provider had in its cache.
    var cached = 0
    /// The part of the completion that nobody gets to see.
    var reasoning = 0
  }

  /// What ends the lines of a stream (https://html.spec.whatwg.org/multipage/server-sent-events.html).
  enum LineEnding: String, Sendable {
    case lineFeed = "lf"
    case carriageReturnLineFeed = "crlf"
    case carriageReturn = "cr"
  }

  /// Time to the response's head; nil for the server's usual one.
  var latencyMilliseconds: Int?
  /// At most this much more latency, drawn evenly.
  var latencySpreadMilliseconds: Int?
  var status: Int?
  /// Seconds, told only with an error.
  var retryAfter: Double?
  var quota = Quota.minute
  var body: Body?
  var rawBody: String?
  /// Set last, over those that the provider sends by itself.
  var headers: [String: String] = [:]
  /// Nothing more is sent and the connection stays open.
  var hang: Point?
  /// The connection is closed.
  var cut: Point?
  /// The same after so many events of a stream, comments not counted; whole answers take no notice.
  var hangAfterEvents: Int?
  var cutAfterEvents: Int?
  /// The provider's own name of a reason. Empty for none at all, which `null` says too.
  var finishReason: String?
  var isBlocked = false
  /// The text, with or without ``toolCalls``.
  var answer: String?
  /// In the place of those that the model would make by itself; several are parallel calls.
  var toolCalls: [ToolCall]?
  var hasNoUsage = false
  var usage: Usage?
  /// The time between two bytes of a body, or two events of a stream.
  var dripMilliseconds: Int?
  /// The body begins as usual and never ends.
  var isEndless = false
  /// In the middle of a stream comments begin that never end.
  var hasEndlessComments = false
  /// Nil for the provider's own.
  var lineEnding: LineEnding?
  /// The event in the middle of a stream has a line of so many bytes at least: its JSON begins with spaces.
  var longLine: Int?
  /// 256 KiB that decompress to 258 MiB.
  var isGzipBomb = false
  /// 256 KB of headers, more than any client takes.
  var hasHugeHeaders = false
  var redirect: String?

  static let usual = Behaviour()

  /// Whether a response goes out at once and as a whole.
  var isDeliveredWhole: Bool {
    hang == nil && cut == nil && hangAfterEvents == nil && cutAfterEvents == nil && dripMilliseconds == nil
      && !isEndless && !hasEndlessComments
  }
}
