import NIOCore
import NIOHTTP1
import Testing

@testable import Shared

/// Requests, responses and streams as tests of dialects want them.
enum DialectFixture {
  static let key = Secret("sk-canary-0123456789")
  /// The name of the provider that is asked, and makes what is answered.
  static let provider = "p"

  /// What a client asks in OpenAI's form: `members` beside the conversation.
  static func chat(
    _ members: JSONObject = [:], messages: JSONValue = [["role": "user", "content": "Hi"]]
  ) throws -> Conversation {
    let turns = try #require(messages.array).map { json in
      let message = try #require(json.object)
      return Turn(chat: message, role: try #require(message["role"]?.string.flatMap(Turn.Role.init)))
    }
    return ChatRequestReader.conversation(model: "default", turns: turns, members)
  }

  static func response(_ status: Int, _ body: String, headers: [(String, String)] = []) -> ProviderResponse {
    ProviderResponse(status: status, headers: HTTPHeaders(headers), body: ByteBuffer(string: body))
  }

  /// A complete answer in OpenAI's form.
  static func chatAnswer(_ text: String = "Hello", finishReason: String = "stop") -> String {
    """
    {"id":"x","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant",\
    "content":"\(text)"},"finish_reason":"\(finishReason)"}],\
    "usage":{"prompt_tokens":14,"completion_tokens":24,"total_tokens":38}}
    """
  }

  /// What only a provider that speaks `dialect` made, and wants back.
  static func maker(_ dialect: Dialect) -> Maker { Maker(provider: provider, dialect: dialect) }
}

extension WireDialect {
  private func target(_ model: String) -> RequestTarget {
    RequestTarget(provider: DialectFixture.provider, model: model)
  }

  /// What is sent for a chat.
  func json(of request: Conversation, model: String = "m/1", streams: Bool = false) throws -> JSONValue {
    try JSONParser.parse(write(request, for: target(model), streams: streams).body)
  }

  /// What is sent for embeddings.
  func json(of request: EmbeddingRequest, model: String = "m/1") throws -> JSONValue {
    try JSONParser.parse(write(request, for: target(model)))
  }

  /// What of a chat is left out, by the client's names.
  func dropped(of request: Conversation, model: String = "m/1") throws -> [String] {
    try write(request, for: target(model), streams: false).dropped
  }

  /// Why a chat is not sent; nil when it is.
  func refusal(of request: Conversation, model: String = "m/1") -> ProviderFault? {
    let written = Result { () throws(ProviderFault) in
      try write(request, for: target(model), streams: false)
    }
    return written.fault
  }

  /// What each event of a stream brings, and whether the stream was whole.
  func events(
    of data: [String], headers: [(String, String)] = []
  ) throws(ProviderFault) -> (events: [[AnswerEvent]], isComplete: Bool) {
    let (events, reader) = try read(data, headers)
    return (events, reader.isComplete)
  }

  /// The answer that a stream of events makes, or the fault in its place.
  func assemble(_ data: [String], headers: [(String, String)] = []) -> Result<ProviderAnswer, ProviderFault> {
    Result { () throws(ProviderFault) in
      let (events, reader) = try read(data, headers)
      if let broken = reader.broken { throw broken }
      guard reader.isComplete else { throw .failing("answer cut short") }
      var answer = Answer()
      for event in events.joined() { answer.apply(event) }
      return ProviderAnswer(answer, unknownFinishReason: reader.unknownFinishReason)
    }
  }

  private func read(
    _ data: [String], _ headers: [(String, String)]
  ) throws(ProviderFault) -> ([[AnswerEvent]], any StreamReader) {
    let head = DialectFixture.response(200, "", headers: headers)
    var reader = streamReader(of: head, hiding: DialectFixture.key, maker: DialectFixture.provider)
    var events: [[AnswerEvent]] = []
    for event in data { events.append(try reader.read(ServerSentEvent(data: event))) }
    return (events, reader)
  }

  /// The answer, or the fault in its place.
  func read(_ response: ProviderResponse) -> Result<ProviderAnswer, ProviderFault> {
    Result { () throws(ProviderFault) in
      try answer(from: response, hiding: DialectFixture.key, maker: DialectFixture.provider)
    }
  }

  /// The embeddings, or the fault in their place.
  func read(
    _ response: ProviderResponse, to request: EmbeddingRequest
  ) -> Result<ProviderAnswer, ProviderFault> {
    Result { () throws(ProviderFault) in
      try answer(to: request, from: response, hiding: DialectFixture.key)
    }
  }
}

extension Result where Failure == ProviderFault {
  /// What the provider said.
  var said: ProviderError? {
    if case .failure(let fault) = self { fault.error } else { nil }
  }
}

extension [AnswerEvent] {
  /// The text that they bring.
  var text: String { AnswerDelta(self).text }

  /// The numbers of the parts that begin or grow.
  var parts: [Int] {
    compactMap { if case .part(_, let index, _) = $0 { index } else { nil } }
  }

  /// The tokens of the answer so far, where they are told.
  var completionTokens: Int? {
    compactMap { if case .usage(let usage) = $0 { usage.completionTokens } else { nil } }.last
  }
}
