import Shared

/// `POST /v1/messages/count_tokens`: how many tokens a prompt has. Claude Code shortens a conversation by it.
struct MessagesCountRoute: Sendable {
  let desk: CompatibleDesk

  var route: Route { Route(description, handler: count) }

  private func count(_ call: Call) async throws(Problem) -> Reply {
    let conversation = try await call.messagesBody(desk.bodies, isCount: true).conversation
    let user = try UserName.read(anthropic: conversation.parameters.user)
    return try await TokenCounting(desk: desk).reply(to: call, about: conversation, user: user) { tokens in
      (["input_tokens": .integer(Int64(tokens))] as JSONValue).serialized()
    }
  }
}
