import NIOCore
import NIOHTTP1
import Shared

@testable import Worker

/// Providers and responses as tests want them.
enum ProviderFixture {
  static let key = Secret("sk-canary-0123456789")

  static func openAI(_ name: String = "groq", baseURL: String = "http://example.com/v1") -> Provider {
    Provider(
      name: name, dialect: .openAI, baseURL: baseURL, access: .key(key), defaultModel: "\(name)-model")
  }

  static func gemini(baseURL: String = "http://example.com/v1beta") -> Provider {
    Provider(
      name: "gemini", dialect: .gemini, baseURL: baseURL, access: .key(key), defaultModel: "gemini-2.5-flash")
  }

  static func anthropic(baseURL: String = "http://example.com/v1") -> Provider {
    Provider(
      name: "anthropic", dialect: .anthropic, baseURL: baseURL, access: .key(key), defaultModel: "claude-x")
  }

  /// What a client asks in OpenAI's form: `members` beside the conversation.
  static func chat(
    _ members: JSONObject = [:], messages: JSONValue = [["role": "user", "content": "Hi"]]
  ) throws -> ChatRequest {
    var body: JSONObject = ["model": "default", "messages": messages]
    for (name, value) in members { body[name] = value }
    guard case .chat(let request) = try JobRequest(stored: JSONValue.object(body).serialized()) else {
      throw StoredJobError.unreadable(what: "request", "it is no chat")
    }
    return request
  }

  static func response(_ status: Int, _ body: String, headers: [(String, String)] = []) -> ProviderResponse {
    ProviderResponse(status: status, headers: HTTPHeaders(headers), body: ByteBuffer(string: body))
  }

  /// A complete answer in OpenAI's form.
  static func openAIAnswer(_ text: String = "Hello", finishReason: String = "stop") -> String {
    """
    {"id":"x","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant",\
    "content":"\(text)"},"finish_reason":"\(finishReason)"}],\
    "usage":{"prompt_tokens":14,"completion_tokens":24,"total_tokens":38}}
    """
  }
}

extension WireDialect {
  /// What is sent for a chat.
  func json(of request: ChatRequest, model: String = "m/1", streams: Bool = false) throws -> JSONValue {
    try JSONParser.parse(body(of: request, model: model, streams: streams))
  }

  /// Why a chat is not sent; nil when it is.
  func refusal(of request: ChatRequest, model: String = "m/1") -> ProviderFault? {
    let written = Result { () throws(ProviderFault) in
      try body(of: request, model: model, streams: false)
    }
    return written.fault
  }

  /// The pieces that a stream brings, and whether it was whole.
  func pieces(
    of events: [String], headers: [(String, String)] = []
  ) throws(ProviderFault) -> (pieces: [StreamPiece], isComplete: Bool) {
    let head = ProviderFixture.response(200, "", headers: headers)
    var decoder = streamDecoder(of: head, hiding: ProviderFixture.key)
    var pieces: [StreamPiece] = []
    for event in events { pieces.append(try decoder.decode(ServerSentEvent(data: event))) }
    return (pieces, decoder.isComplete)
  }

  /// The answer that a stream of events makes, or the fault in its place.
  func assemble(_ events: [String], headers: [(String, String)] = []) -> Result<ProviderAnswer, ProviderFault>
  {
    Result { () throws(ProviderFault) in
      let (pieces, isComplete) = try pieces(of: events, headers: headers)
      guard isComplete else { throw .failing("answer cut short") }
      var assembler = AnswerAssembler()
      for piece in pieces { assembler.add(piece) }
      return try assembler.answer()
    }
  }

  /// The answer, or the fault in its place.
  func read(_ response: ProviderResponse) -> Result<ProviderAnswer, ProviderFault> {
    Result { () throws(ProviderFault) in try answer(from: response, hiding: ProviderFixture.key) }
  }
}

extension WireDialect {
  /// The embeddings, or the fault in their place.
  func read(
    _ response: ProviderResponse, to request: EmbeddingRequest
  ) -> Result<ProviderAnswer, ProviderFault> {
    Result { () throws(ProviderFault) in
      try answer(to: request, from: response, hiding: ProviderFixture.key)
    }
  }
}

extension Result where Failure == ProviderFault {
  /// Without what it says of retries, and the names in its error, which have tests of their own.
  var fault: ProviderFault? {
    guard case .failure(let fault) = self else { return nil }
    let isRefusedByFilter = fault.kind == .contentFiltered && fault.error != nil
    return ProviderFault(
      fault.kind, fault.reason,
      error: fault.message.map { ProviderError(message: $0) } ?? (isRefusedByFilter ? ProviderError() : nil))
  }

  /// What the provider said.
  var said: ProviderError? {
    if case .failure(let fault) = self { fault.error } else { nil }
  }
}
