import NIOCore
import NIOHTTP1
import Shared

/// One answer that comes bit by bit, from its head to its end. No I/O: bytes in, deltas out.
///
/// A provider may answer otherwise than by a stream: with an error, or with the whole answer at once. Then the
/// answer comes in one piece. Which of them a success is, its first bytes say: some servers give a stream another type.
struct StreamedAnswer: Sendable {
  private enum Form: Sendable {
    case events(ServerSentEventParser, any StreamReader, Answer)
    case whole(ByteBuffer)
    /// What has come of a success whose first bytes are still to come.
    case open(ByteBuffer)
  }

  private let wire: any WireDialect
  private let key: Secret?
  private let maker: String
  private let place: KeyPlace?
  private let limits: AnswerLimits
  /// What has come and is not told yet: nothing counts as said before the first part begins.
  private var untold = AnswerDelta()
  private var hasBegun = false
  private var characters = WholeCharacters()
  private var status = 0
  private(set) var headers = HTTPHeaders()
  private var form = Form.whole(ByteBuffer())
  private var bytes = 0
  private var answerBytes = 0
  /// Whether an event has come; comments are none.
  private(set) var hasEvents = false
  /// Whether the dialect's own end has come: nothing that follows belongs to the answer, and nobody has to wait for it.
  private(set) var hasEnded = false
  /// How much has come since.
  private(set) var bytesBehindEnd = 0

  /// `maker` is the provider's name, `place` that of the key where it has several.
  init(
    wire: any WireDialect, hiding key: Secret?, maker: String, under place: KeyPlace? = nil,
    limits: AnswerLimits = AnswerLimits()
  ) {
    self.wire = wire
    self.maker = maker
    self.key = key
    self.place = place
    self.limits = limits
  }

  /// Whether the answer comes in events, as its first bytes say, or its head as long as there are none.
  var isStream: Bool {
    switch form {
    case .events: true
    case .whole: false
    case .open: headers.isEventStream
    }
  }

  /// What is held of the answer, in bytes: the events' wrapping is not.
  var heldBytes: Int {
    switch form {
    case .events(let parser, _, _): answerBytes + parser.heldBytes
    case .whole(let body), .open(let body): body.readableBytes
    }
  }

  /// Whether the provider has said that the answer is whole, or broken, and only its connection goes on.
  var isComplete: Bool {
    if case .events(_, let reader, _) = form { reader.isComplete || reader.broken != nil } else { false }
  }

  /// What has come, of an answer that did not come to its end; nil for what nobody pays.
  func unfinished(isGivenUp: Bool) -> UnfinishedAnswer? {
    guard status == 0 || (200..<300).contains(status) else { return nil }
    let (unfinished, hasBegun) =
      switch form {
      case .events(_, _, let answer):
        (UnfinishedAnswer(told: answer.usage, bytes: answer.weight), false)
      case .whole(let body), .open(let body):
        (UnfinishedAnswer(bytes: BrokenBody.said(in: body)), body.readableBytes > 0)
      }
    return isGivenUp || hasBegun || unfinished != UnfinishedAnswer() ? unfinished : nil
  }

  mutating func begin(status: Int, headers: HTTPHeaders) {
    self.status = status
    self.headers = headers
    form = (200..<300).contains(status) ? .open(ByteBuffer()) : .whole(ByteBuffer())
  }

  private mutating func beginEvents() {
    let head = ProviderResponse(status: status, headers: headers, body: ByteBuffer())
    form = .events(
      ServerSentEventParser(limit: limits.event), wire.streamReader(of: head, hiding: key, maker: maker),
      Answer())
  }

  /// What the bytes bring. Throws what is wrong with them.
  mutating func feed(_ part: ByteBuffer) throws(ProviderFault) -> AnswerDelta {
    guard !hasEnded else {
      bytesBehindEnd += part.readableBytes
      return AnswerDelta()
    }
    bytes += part.readableBytes
    switch form {
    case .open(var body):
      form = .whole(ByteBuffer())
      if body.readableBytes == 0 { body = part } else { body.writeImmutableBuffer(part) }
      // Or what keeps a connection alive would be looked through anew with each piece.
      body.skipBlank()
      switch BodyForm(beginningWith: body.readableBytesView, isTyped: headers.isEventStream) {
      case nil: form = .open(body)
      case .whole: form = .whole(body)
      case .events:
        beginEvents()
        bytes -= body.readableBytes
        return try feed(body)
      }
      guard bytes <= limits.answer else { throw .oversized(.bodySize(limits.answer), status, headers) }
      return AnswerDelta()
    case .whole(var body):
      guard bytes <= limits.answer else { throw .oversized(.bodySize(limits.answer), status, headers) }
      form = .whole(ByteBuffer())
      body.writeImmutableBuffer(part)
      form = .whole(body)
      return AnswerDelta()
    case .events(var parser, var reader, var answer):
      // Nothing else may hold them, or each event would copy the answer so far.
      form = .whole(ByteBuffer())
      defer { form = .events(parser, reader, answer) }
      return try read(part, &parser, &reader, &answer)
    }
  }

  private mutating func read(
    _ part: ByteBuffer, _ parser: inout ServerSentEventParser, _ reader: inout any StreamReader,
    _ answer: inout Answer
  ) throws(ProviderFault) -> AnswerDelta {
    // The wrapping counts: no provider's is larger than an answer may be, and an endless stream may have little else.
    guard bytes <= limits.answer else { throw .oversized(.bodySize(limits.answer), status, headers) }
    let events: [ServerSentEvent]
    do { events = try parser.feed(part) } catch {
      throw .oversized(.eventSize(error.limit), status, headers)
    }
    hasEvents = hasEvents || !events.isEmpty
    for event in events where !hasEnded {
      hasEnded = event.isDone
      if hasEnded { break }
      if event.isIdle { continue }
      let pieces: [AnswerEvent]
      do { pieces = try reader.read(event) } catch { throw Self.fault(error, behind: &answer) }
      hasEnded = reader.hasEnded
      for var piece in pieces {
        if reader.hasHalves { piece = characters.join(piece) }
        if let place { piece.setMakersKey(place) }
        answer.apply(piece)
        answerBytes += piece.size
        if piece.isTold || (piece.isUsage && !hasBegun && wire.tellsUsageFirst) { untold.append(piece) }
      }
    }
    guard reader.broken == nil else {
      // Nothing else is waited for. What came with the word for it is not told: the next target may be asked yet.
      hasEnded = hasEnded || answer.usage != .zero
      return AnswerDelta()
    }
    return tell()
  }

  /// What an event tells of usage beside an error is that of all before it.
  private static func fault(_ fault: ProviderFault, behind answer: inout Answer) -> ProviderFault {
    var fault = fault
    if let usage = fault.remains?.usage, usage != .zero {
      answer.usage = usage
      fault.remains = answer
    } else {
      fault.remains = nil
    }
    return fault
  }

  /// What may be told now.
  private mutating func tell() -> AnswerDelta {
    hasBegun = hasBegun || untold.hasParts
    guard hasBegun, !untold.isEmpty else { return AnswerDelta() }
    defer { untold = AnswerDelta() }
    return untold
  }

  /// The answer at the end of the bytes, with what of it no delta has brought.
  func end() throws(ProviderFault) -> (answer: ProviderAnswer, rest: AnswerDelta) {
    switch form {
    case .open where headers.isEventStream: throw .failing("answer cut short")
    case .whole(let body), .open(let body):
      let response = ProviderResponse(status: status, headers: headers, body: body)
      var answer = try wire.answer(from: response, hiding: key, maker: maker)
      if let place { answer.answer.setMakersKey(place) }
      let delta = answer.answer.delta
      // What was withheld, or is nothing at all, is not told before it is known to stand.
      let stands = answer.answer.finishReason != .contentFilter && delta.hasParts
      return (answer, stands ? delta : AnswerDelta())
    case .events(_, let reader, let answer):
      if var broken = reader.broken {
        broken.remains = answer
        throw broken
      }
      guard reader.isComplete else { throw .failing("answer cut short") }
      let whole = ProviderAnswer(answer, unknownFinishReason: reader.unknownFinishReason)
      return (whole, hasBegun ? untold : AnswerDelta())
    }
  }
}

extension AnswerEvent {
  fileprivate var isUsage: Bool { if case .usage = self { true } else { false } }

  /// Whether those who read along are told of it: how the answer ended stands in the job's result.
  fileprivate var isTold: Bool {
    switch self {
    case .part, .logprobs, .message, .choice, .extras: true
    case .finish, .usage: false
    }
  }
}

extension AnswerDelta {
  fileprivate var hasParts: Bool {
    events.contains { if case .part(let part, _, _) = $0 { !part.isEmpty } else { false } }
  }
}

extension ByteBuffer {
  /// Passes over the white space that it begins with.
  fileprivate mutating func skipBlank() {
    let blank = readableBytesView.prefix { [0x20, 0x09, 0x0A, 0x0D].contains($0) }.count
    moveReaderIndex(forwardBy: blank)
  }
}

extension HTTPHeaders {
  /// Whether the body is a stream of events, as its type says.
  var isEventStream: Bool {
    first(name: "content-type")?.lowercased().hasPrefix("text/event-stream") ?? false
  }
}
