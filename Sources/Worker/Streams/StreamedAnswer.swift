import NIOCore
import NIOHTTP1
import Shared

/// One answer that comes bit by bit, from its head to its end. No I/O: bytes in, deltas out.
///
/// A provider may answer otherwise than by a stream: with an error, or with the whole answer at once. Then the
/// answer comes in one piece.
struct StreamedAnswer: Sendable {
  private enum Form: Sendable {
    case events(ServerSentEventParser, any StreamDecoder, AnswerAssembler)
    case whole(ByteBuffer)
  }

  private let wire: any WireDialect
  private let key: Secret?
  private let limits: AnswerLimits
  private var status = 0
  private(set) var headers = HTTPHeaders()
  private var form = Form.whole(ByteBuffer())
  private var bytes = 0
  private var answerBytes = 0
  /// Whether an event has come; comments are none.
  private(set) var hasEvents = false

  init(wire: any WireDialect, hiding key: Secret?, limits: AnswerLimits = AnswerLimits()) {
    self.wire = wire
    self.key = key
    self.limits = limits
  }

  /// Whether the answer comes in events, as its head says.
  var isStream: Bool { if case .events = form { true } else { false } }

  /// What is held of the answer, in bytes: the events' wrapping is not.
  var heldBytes: Int {
    switch form {
    case .events(let parser, _, _): answerBytes + parser.heldBytes
    case .whole(let body): body.readableBytes
    }
  }

  /// Whether the provider has said that the answer is whole, and only its connection goes on.
  var isComplete: Bool {
    if case .events(_, let decoder, _) = form { decoder.isComplete } else { false }
  }

  mutating func begin(status: Int, headers: HTTPHeaders) {
    self.status = status
    self.headers = headers
    let type = headers.first(name: "content-type")?.lowercased() ?? ""
    guard (200..<300).contains(status), type.hasPrefix("text/event-stream") else { return }
    let head = ProviderResponse(status: status, headers: headers, body: ByteBuffer())
    form = .events(
      ServerSentEventParser(limit: limits.event), wire.streamDecoder(of: head, hiding: key), AnswerAssembler()
    )
  }

  /// What the bytes bring. Throws what is wrong with them.
  mutating func feed(_ part: ByteBuffer) throws(ProviderFault) -> AnswerDelta {
    bytes += part.readableBytes
    switch form {
    case .whole(var body):
      guard bytes <= limits.answer else { throw ProviderFault.exceeded(.bodySize(limits.answer)) }
      form = .whole(ByteBuffer())
      body.writeImmutableBuffer(part)
      form = .whole(body)
      return AnswerDelta()
    case .events(var parser, var decoder, var assembler):
      // Nothing else may hold them, or each event would copy the answer so far.
      form = .whole(ByteBuffer())
      defer { form = .events(parser, decoder, assembler) }
      return try read(part, &parser, &decoder, &assembler)
    }
  }

  private mutating func read(
    _ part: ByteBuffer, _ parser: inout ServerSentEventParser, _ decoder: inout any StreamDecoder,
    _ assembler: inout AnswerAssembler
  ) throws(ProviderFault) -> AnswerDelta {
    // The wrapping counts: no provider's is larger than an answer may be, and an endless stream may have little else.
    guard bytes <= limits.answer else { throw ProviderFault.exceeded(.bodySize(limits.answer)) }
    let events: [ServerSentEvent]
    do { events = try parser.feed(part) } catch { throw ProviderFault.exceeded(.eventSize(error.limit)) }
    var delta = AnswerDelta()
    hasEvents = hasEvents || !events.isEmpty
    for event in events {
      let piece = try decoder.decode(event)
      if !piece.delta.isEmpty {
        answerBytes += piece.delta.size
        delta.append(piece.delta)
      }
      assembler.add(piece)
    }
    return delta
  }

  /// The answer at the end of the bytes, with what of it no delta has brought.
  func end() throws(ProviderFault) -> (answer: ProviderAnswer, rest: AnswerDelta) {
    switch form {
    case .whole(let body):
      let response = ProviderResponse(status: status, headers: headers, body: body)
      let answer = try wire.answer(from: response, hiding: key)
      return (answer, answer.delta)
    case .events(_, let decoder, let assembler):
      guard decoder.isComplete else { throw .failing("answer cut short") }
      return (try assembler.answer(), AnswerDelta())
    }
  }
}

extension ProviderAnswer {
  /// The whole answer as one delta.
  fileprivate var delta: AnswerDelta {
    AnswerDelta(text: text, message: message.withToolCallIndices, logprobs: logprobs)
  }
}
