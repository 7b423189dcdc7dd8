import NIOCore
import Shared

/// Responses that are kept: what a client finds again by their ids.
struct ResponseDesk: Sendable {
  let jobs: JobDesk
  /// How many bytes all that a request goes on from may have.
  let mostBytes: Int

  var conversations: ConversationDesk { ConversationDesk(queue: jobs.queue, mostBytes: mostBytes) }

  /// A response of the client's. Throws ``Problem/recordNotFound(_:)`` for one that never was, is gone, or is another's.
  func find(_ text: String?, for client: Client) async throws(Problem) -> KeptResponse {
    guard let text, let id = ResponseID.job(text) else { throw Self.notFound(text) }
    let response: KeptResponse?
    do { response = try await jobs.queue.response(id, tenant: client.tenant) } catch { throw Problem(error) }
    guard let response, client.mayRead(madeBy: response.job.key) else { throw Self.notFound(text) }
    return response
  }

  static func notFound(_ text: String?) -> Problem {
    .recordNotFound("response '\((text ?? "").prefix(64))'")
  }

  // MARK: - What a request goes on from

  /// What was said until a response and with it, the oldest first: the items that a client would send who keeps them
  /// itself. They count as `hold` does.
  func history(
    until text: String, for client: Client, holding hold: BodyHold
  ) async throws(Problem) -> [JSONValue] {
    guard let id = ResponseID.job(text) else { throw Self.noPrevious(text) }
    let chain: ResponseChain
    do {
      chain = try await jobs.queue.chain(from: id, tenant: client.tenant, within: mostBytes)
    } catch { throw Problem(error) }
    let isWhole = chain.responses.allSatisfy { client.mayRead(madeBy: $0.job.key) }
    guard let last = chain.responses.first, !chain.isBroken, isWhole else { throw Self.noPrevious(text) }
    guard !chain.isCut else {
      throw Call.invalid(
        "body", "previous_response_id",
        "The responses before this one have more than \(mostBytes) bytes; begin anew with what is still needed"
      )
    }
    guard last.job.state.isTerminal else {
      throw Call.invalid(
        "body", "previous_response_id",
        "Response '\(text.prefix(64))' has not ended; wait for it, or cancel it")
    }
    try await hold.add(chain.responses.reduce(0) { $0 + $1.size })
    guard let before = try await said(before: chain.responses.last, for: client, holding: hold) else {
      throw Self.noPrevious(text)
    }
    return chain.responses.reversed().reduce(into: before) { items, response in
      let (input, output) = response.items()
      items += input + output
    }
  }

  /// What was said before a response in the conversation in which it was asked; nil where that is gone, or has not got it.
  private func said(
    before response: KeptResponse?, for client: Client, holding hold: BodyHold, isListed: Bool = false
  ) async throws(Problem) -> [JSONValue]? {
    guard let response, let id = response.conversation else { return [] }
    let conversation: ReadConversation
    do throws(Problem) {
      conversation = try await conversations.read(id.text, for: client, holding: hold, isListed: isListed)
    } catch {
      guard case .conversationNotFound = error else { throw error }
      return nil
    }
    let entries = conversation.entries
    let place = entries.firstIndex { $0.job == response.job.id }
    // What is being made comes behind all that is there.
    guard let end = place ?? (response.job.state.isTerminal ? nil : entries.count) else { return nil }
    return entries[..<end].flatMap(\.items)
  }

  private static func noPrevious(_ text: String) -> Problem {
    .validation(
      ValidationErrors(
        ValidationIssue(
          .said(
            type: ValidationFault.noPreviousResponse,
            "Previous response with id '\(text.prefix(64))' not found"),
          at: ["body", "previous_response_id"])))
  }

  // MARK: - Its items

  /// The items that a response was given: its input behind all that it goes on from, as far as that is still there, the
  /// oldest first. They count as `hold` does.
  func items(
    of response: KeptResponse, for client: Client, holding hold: BodyHold
  ) async throws(Problem) -> [JSONValue] {
    let chain: ResponseChain
    do {
      chain = try await jobs.queue.chain(from: response.job.id, tenant: client.tenant, within: mostBytes)
    } catch { throw Problem(error) }
    try await hold.add(chain.responses.reduce(0) { $0 + $1.size })
    let before = try await said(
      before: chain.responses.last, for: client, holding: hold, isListed: true)
    var items = before ?? []
    var known = Set(items.compactMap { $0["id"]?.string })
    for link in chain.responses.reversed() where client.mayRead(madeBy: link.job.key) {
      let token = ResponseID.token(of: link.job.id)
      let (input, output) = link.items()
      items += ResponseItems.shown(input, token: token, known: &known)
      if link.job.id != response.job.id {
        items += ResponseItems.shown(output, token: token + "o", known: &known)
      }
    }
    return items
  }
}
