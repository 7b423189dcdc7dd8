import Shared

/// `countTokens`: how many tokens a prompt has, as far as can be told without asking anybody.
struct GeminiCountRoute: Sendable {
  let bodies: BodyReader
  let settings: CompatibleSettings
  let version: GeminiVersion

  var route: Route { Route(description, handler: count) }

  private func count(_ call: Call) async throws(Problem) -> Reply {
    let conversation = try await call.geminiBody(bodies) { (model, json) throws(InputFault) in
      // Older clients wrap the whole request.
      let whole = json["generateContentRequest"] ?? json["generate_content_request"]
      return try GeminiRequestReader.conversation(model: model, whole ?? json)
    }
    let catalog = settings.catalogs.current
    try catalog.check(model: conversation.model)
    try call.check(model: conversation.model, in: catalog)
    let tokens = JSONValue.integer(Int64(conversation.promptEstimate))
    let body: JSONValue = [
      "totalTokens": tokens, "promptTokensDetails": [["modality": "TEXT", "tokenCount": tokens]],
    ]
    return Reply(.ok, json: body.serialized(), headers: [.sluiceEstimate: "true"])
  }
}
