import HTTPTypes
import Hummingbird
import NIOCore
import Shared

/// How many tokens a prompt has, as whoever answers first would count them, else as far as can be told without asking
/// anybody. Agents shorten a conversation by it, so an estimate is rather too high.
struct TokenCounting: Sendable {
  let desk: CompatibleDesk

  /// How long a count is awaited: an estimate in time is better than the truth too late.
  private static let patience = Duration.seconds(5)

  /// Answers a call whose body has been read. `body` writes a count in the client's words.
  func reply(
    to call: Call, about conversation: Conversation, user: String? = nil,
    writing body: @escaping @Sendable (Int) -> ByteBuffer
  ) async throws(Problem) -> Reply {
    call.trail.asks(.count(conversation), for: try call.user() ?? user)
    let catalog = desk.catalogs.current
    try catalog.check(model: conversation.model)
    guard catalog.countsTokens(of: conversation.model) else {
      try call.check(model: conversation.model, in: catalog)
      let limits = try await counted(conversation, for: call, user: user)
      return estimate(of: conversation, body, limits)
    }
    var call = call
    // The body has been read, with which a client is listened to; and nothing is paid here.
    var head = call.request.head
    head.headerFields[.cancelOnDisconnect] = nil
    call.request = Request(head: head, body: call.request.body)
    do throws(Problem) {
      return try await desk.asking.handler { (call) throws(Problem) in
        try question(conversation, of: call, user: user, body)
      }(call)
    } catch {
      // What was asked of a provider counts already.
      guard error.leavesAnEstimate else { throw error }
      try call.check(model: conversation.model, in: catalog)
      return estimate(of: conversation, body, nil)
    }
  }

  private func question(
    _ conversation: Conversation, of call: Call, user: String?,
    _ body: @escaping @Sendable (Int) -> ByteBuffer
  ) throws(Problem) -> Question {
    let request = JobRequest.count(conversation)
    let order = JobOrder(
      request: request, lane: .interactive, cache: try desk.cacheMode(of: request, in: call),
      expiresIn: Self.patience, user: user)
    return Question(order: order, form: .written(by: TokenCountWriter(body: body)), wait: Self.patience)
  }

  /// An estimate takes of limits of requests what the count of a provider would.
  private func counted(
    _ conversation: Conversation, for call: Call, user: String?
  ) async throws(Problem) -> RateLimitStates? {
    guard let client = call.client else { throw .unauthorized }
    let order = JobOrder(
      request: .count(conversation), lane: .interactive, expiresIn: Self.patience,
      user: try call.user() ?? user)
    return try await desk.asking.desk.count(order, by: client)
  }

  private func estimate(
    of conversation: Conversation, _ body: (Int) -> ByteBuffer, _ limits: RateLimitStates?
  ) -> Reply {
    Reply(
      .ok, json: body(conversation.promptEstimate), headers: [.sluiceEstimate: "true"], limit: limits)
  }
}

/// Writes what a provider counted.
private struct TokenCountWriter: AnswerWriter {
  let body: @Sendable (Int) -> ByteBuffer

  func whole(_ result: StoredResult, of job: AnsweredJob) throws(Problem) -> ByteBuffer {
    guard let tokens = result.embeddings?["input_tokens"]?.integer else { throw .internalError }
    return body(Int(tokens))
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
    case .allProvidersFailed, .requestRefused, .waitIsOver, .unavailable, .unacknowledged, .unanswered, .gone,
      .internalError:
      true
    default: false
    }
  }
}
