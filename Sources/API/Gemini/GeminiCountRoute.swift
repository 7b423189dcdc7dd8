import Shared

/// `countTokens`: how many tokens a prompt has.
struct GeminiCountRoute: Sendable {
  let desk: CompatibleDesk
  let version: GeminiVersion

  var route: Route { Route(description, handler: count) }

  private func count(_ call: Call) async throws(Problem) -> Reply {
    let conversation = try await call.geminiBody(desk.bodies) { (model, json) throws(InputFault) in
      // Older clients wrap the whole request.
      let whole = json["generateContentRequest"] ?? json["generate_content_request"]
      return try GeminiRequestReader.conversation(model: model, whole ?? json)
    }
    return try await TokenCounting(desk: desk).reply(to: call, about: conversation) { tokens in
      let tokens = JSONValue.integer(Int64(tokens))
      let body: JSONValue = [
        "totalTokens": tokens, "promptTokensDetails": [["modality": "TEXT", "tokenCount": tokens]],
      ]
      return body.serialized()
    }
  }
}
