import HTTPTypes
import Hummingbird
import NIOCore
import Shared

/// `POST /v1/messages/count_tokens`: how many tokens a prompt has, as whoever answers first would count them, else as far as
/// can be told without asking anybody. Claude Code shortens a conversation by it, so an estimate is rather too high.
struct MessagesCountRoute: Sendable {
  let asking: Asking
  let bodies: BodyReader
  let settings: CompatibleSettings

  /// How long a count is awaited: an estimate in time is better than the truth too late.
  private static let patience = Duration.seconds(5)

  var route: Route { Route(description, handler: count) }

  private func count(_ call: Call) async throws(Problem) -> Reply {
    let conversation = try await call.messagesBody(bodies, isCount: true).conversation
    try settings.catalogs.current.check(model: conversation.model)
    guard settings.catalogs.current.countsTokens(of: conversation.model) else {
      return try estimate(of: conversation, for: call)
    }
    var call = call
    // The body has been read, with which a client is listened to; and nothing is paid here.
    var head = call.request.head
    head.headerFields[.cancelOnDisconnect] = nil
    call.request = Request(head: head, body: call.request.body)
    do throws(Problem) {
      return try await asking.handler { (call) throws(Problem) in
        try question(conversation, of: call)
      }(call)
    } catch {
      guard error.leavesAnEstimate else { throw error }
      return try estimate(of: conversation, for: call)
    }
  }

  private func question(_ conversation: Conversation, of call: Call) throws(Problem) -> Question {
    let request = JobRequest.count(conversation)
    let order = JobOrder(
      request: request, lane: .interactive, cache: try call.cacheWish() ?? settings.cache.mode(of: request),
      expiresIn: Self.patience, user: try UserName.read(anthropic: conversation.parameters.user))
    return Question(order: order, form: .written(by: MessagesCountWriter()), wait: Self.patience)
  }

  private func estimate(of conversation: Conversation, for call: Call) throws(Problem) -> Reply {
    try call.check(model: conversation.model, in: settings.catalogs.current)
    return Reply(
      .ok, json: MessagesCountWriter.body(conversation.promptEstimate), headers: [.sluiceEstimate: "true"])
  }
}

extension Call {
  /// Throws ``Problem/forbidden(_:)`` where the key may not ask a model.
  func check(model: String, in catalog: ProviderCatalog) throws(Problem) {
    guard let client else { throw .unauthorized }
    let asked = catalog.named(model)
    do {
      try client.policy.check(model: asked.meaning ?? asked.id, alias: asked.meaning == nil ? nil : asked.id)
    } catch { throw .forbidden(error) }
  }
}

extension Problem {
  /// Whether it says nothing of the question, or nothing that an estimate would not serve better than.
  fileprivate var leavesAnEstimate: Bool {
    switch self {
    case .allProvidersFailed, .requestRefused, .waitIsOver, .unavailable, .unacknowledged, .gone,
      .internalError:
      true
    default: false
    }
  }
}

/// Writes what a provider counted.
private struct MessagesCountWriter: AnswerWriter {
  func whole(_ result: StoredResult, of job: AnsweredJob) throws(Problem) -> ByteBuffer {
    guard let tokens = result.embeddings?["input_tokens"]?.integer else { throw .internalError }
    return Self.body(Int(tokens))
  }

  static func body(_ tokens: Int) -> ByteBuffer {
    (["input_tokens": .integer(Int64(tokens))] as JSONValue).serialized()
  }
}
