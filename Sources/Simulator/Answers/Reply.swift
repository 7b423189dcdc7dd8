import HTTPTypes
import NIOCore
import Shared

/// What a provider says to a request when nothing goes wrong, and how it would word it when something does.
enum Reply: Sendable {
  case chat(ChatCall, Answer, any Dialect)
  case embedding(EmbeddingCall, EmbeddingAnswer, any EmbeddingDialect)
  case completion(CompletionCall, CompletionAnswer, OpenAIDialect)
  case moderation(ModerationCall, ModerationAnswer, OpenAIDialect)

  /// The reply to a request that was the process's `number`th.
  init(to call: ProviderCall, _ behaviour: Behaviour, number: Int, in dialect: any Dialect) {
    switch call {
    case .chat(let call): self = .chat(call, Answer(to: call, behaviour, number: number), dialect)
    case .embedding(let call, let dialect):
      self = .embedding(call, EmbeddingAnswer(to: call, behaviour, number: number), dialect)
    case .completion(let call, let dialect):
      self = .completion(call, CompletionAnswer(to: call, behaviour, number: number), dialect)
    case .moderation(let call, let dialect):
      self = .moderation(call, ModerationAnswer(to: call, number: number), dialect)
    }
  }

  var headers: HTTPFields {
    switch self {
    case .chat(_, let answer, let dialect): dialect.headers(id: answer.id)
    case .embedding(_, let answer, let dialect): dialect.headers(id: answer.id)
    case .completion(_, let answer, let dialect): dialect.headers(id: answer.id)
    case .moderation(_, let answer, let dialect): dialect.headers(id: answer.id)
    }
  }

  var isStream: Bool {
    switch self {
    case .chat(let call, _, _): call.delivery == .serverSentEvents
    case .completion(let call, _, _): call.isStream
    case .embedding, .moderation: false
    }
  }

  /// Where it comes whole.
  var body: JSONValue {
    switch self {
    case .chat(let call, let answer, let dialect):
      if call.delivery == .array, let gemini = dialect as? GeminiDialect {
        .array(gemini.chunks(call, answer).map { .object($0) })
      } else {
        dialect.body(call, answer)
      }
    case .embedding(let call, let answer, let dialect): dialect.body(call, answer)
    case .completion(let call, let answer, let dialect): dialect.body(call, answer)
    case .moderation(let call, let answer, let dialect): dialect.body(call, answer)
    }
  }

  /// The events of a stream, each with its empty line, and how many of the last say that it is whole.
  var events: (parts: [ByteBuffer], terminalCount: Int) {
    if case .completion(let call, let answer, let dialect) = self { return dialect.events(call, answer) }
    guard case .chat(let call, let answer, let dialect) = self else { return ([], 0) }
    return (dialect.events(call, answer), dialect.terminalEventCount(call, answer))
  }

  /// An error in the place of this, as the script words it.
  func error(_ status: Int, _ behaviour: Behaviour) -> RenderedError {
    let refusal = Refusal.status(status, retryAfter: behaviour.retryAfter, quota: behaviour.quota)
    return switch self {
    case .chat(let call, _, let dialect): dialect.render(refusal, model: call.model)
    case .embedding(let call, _, let dialect): dialect.render(refusal, model: call.model)
    case .completion(let call, _, let dialect): dialect.render(refusal, model: call.model)
    case .moderation(let call, _, let dialect): dialect.render(refusal, model: call.model)
    }
  }

  /// An error in the middle of a stream; nothing comes after it.
  func errorEvent(_ error: JSONValue) -> ByteBuffer? {
    if case .completion = self { return ServerSentEvent.lineFeed(["error": error["error"] ?? error]) }
    guard case .chat(let call, let answer, let dialect) = self else { return nil }
    return dialect.errorEvent(call, answer, error)
  }
}
