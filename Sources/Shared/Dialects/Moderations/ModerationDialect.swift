public import NIOCore

/// OpenAI's moderations, from both sides (https://platform.openai.com/docs/api-reference/moderations).
public enum ModerationDialect {
  /// What a provider is asked.
  public static func write(
    _ request: ModerationRequest, for target: RequestTarget
  ) throws(ProviderFault) -> WrittenRequest {
    guard target.shape.takesModerations else {
      throw .untranslatable(
        Untranslatable(
          "\(target.provider) has no moderations; ask a provider whose configuration says `moderations: true`."
        ))
    }
    return target.shape.edit(WrittenRequest(body: request.openAIForm(model: target.model)))
  }

  /// What it answers: a list of results.
  public static func answer(
    from response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> ProviderAnswer {
    let value = try ChatDialect().success(response, hiding: key)
    if let error = ProviderErrorObject(in: value) {
      throw ChatFault.fault(error, status: nil, response, hiding: key)
    }
    guard let results = value["results"]?.array, !results.isEmpty,
      results.allSatisfy({ $0["flagged"]?.bool != nil })
    else { throw .failing("no results in the answer") }
    return ProviderAnswer(
      Answer("", finishReason: .stop, usage: TokenUsage(openAI: value["usage"])), embeddings: .array(results))
  }

  /// What the client gets.
  public static func body(id: String, model: String, results: JSONValue) -> ByteBuffer {
    (["id": .string(id), "model": .string(model), "results": results] as JSONValue).serialized()
  }
}

extension ModerationRequest {
  /// The request in OpenAI's form.
  func openAIForm(model: String) -> ByteBuffer {
    var json = JSONWriter()
    json.object { json in
      json.member("model", model)
      json.member("input", json: input)
      json.members(extras)
    }
    return json.buffer
  }

  /// The stored form, in which the client's other members stand under a name of their own.
  func stored() -> ByteBuffer {
    var json = JSONWriter()
    json.object { json in
      json.name("moderation")
      json.object { json in
        json.member("model", model)
        json.member("input", json: input)
        if !extras.isEmpty { json.member("extras", json: .object(extras)) }
      }
    }
    return json.buffer
  }

  /// Reads what stands under `moderation` in the stored form. Throws ``StoredJobError`` when it is none.
  init(stored value: JSONValue) throws(StoredJobError) {
    guard let model = value["model"]?.string, let input = value["input"] else {
      throw .unreadable(what: "request", "a member is missing")
    }
    self.init(model: model, input: input, extras: value["extras"]?.object ?? [:])
  }
}
