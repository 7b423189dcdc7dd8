import Shared

/// OpenAI's moderations.
extension OpenAIDialect {
  /// Nil for a request that is for something else.
  func readModeration(_ request: ReceivedRequest) throws(Refusal) -> ModerationCall? {
    guard request.method == .post, request.path == base + "/moderations", provider == .openai else {
      return nil
    }
    let body = try authorizedBody(request)
    let model = body.present("model")?.string ?? "omni-moderation-latest"
    switch body.present("input") {
    case .string(let text)?: return ModerationCall(model: model, inputs: [text], hasImages: false)
    case .array(let elements)? where !elements.isEmpty && elements.allSatisfy({ $0.string != nil }):
      return ModerationCall(model: model, inputs: elements.compactMap(\.string), hasImages: false)
    case .array(let parts)? where !parts.isEmpty && parts.allSatisfy({ $0["type"]?.string != nil }):
      let text = parts.compactMap { $0["text"]?.string }.joined(separator: "\n")
      return ModerationCall(
        model: model, inputs: [text], hasImages: parts.contains { $0["type"] == "image_url" })
    default: throw .invalid("Invalid value for 'input'.", parameter: "input", code: "invalid_type")
    }
  }

  func body(_ call: ModerationCall, _ answer: ModerationAnswer) -> JSONValue {
    let results = answer.flagged.map { flagged -> JSONValue in
      var (categories, scores, types) = (JSONObject(), JSONObject(), JSONObject())
      for name in ModerationAnswer.categories {
        categories[name] = .bool(flagged.contains(name))
        scores[name] = flagged.contains(name) ? 0.91 : 0.0001
        types[name] = call.hasImages ? ["text", "image"] : ["text"]
      }
      return [
        "flagged": .bool(!flagged.isEmpty), "categories": .object(categories),
        "category_scores": .object(scores), "category_applied_input_types": .object(types),
      ]
    }
    return ["id": .string("modr-\(answer.id)"), "model": .string(call.model), "results": .array(results)]
  }
}
