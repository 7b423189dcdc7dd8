import FoundationEssentials
import NIOCore

extension GeminiDialect {
  func write(_ request: EmbeddingRequest, for target: RequestTarget) throws(ProviderFault) -> ByteBuffer {
    do throws(Untranslatable) {
      var extras = ExtraMembers(request.extras, of: Self.provider, vendor: "google")
      var own = JSONObject()
      for (name, other) in [("taskType", "task_type"), ("title", "title")] {
        if let value = extras.take(name, other) { own[name] = value }
      }
      _ = try extras.finish()
      guard let texts = request.texts else {
        throw Untranslatable("Gemini embeds texts and no tokens, which are another model's; send the text.")
      }
      let requests = texts.map { text -> JSONValue in
        var members: JSONObject = [
          "model": .string("models/\(GeminiModel(target.model).name)"),
          "content": ["parts": [["text": .string(text)]]],
        ]
        for (name, value) in own { members[name] = value }
        if let dimensions = request.dimensions {
          members["outputDimensionality"] = .integer(Int64(dimensions))
        }
        return .object(members)
      }
      return JSONValue.object(["requests": .array(requests)]).serialized()
    } catch {
      throw .untranslatable(error)
    }
  }

  func answer(
    to request: EmbeddingRequest, from response: ProviderResponse, hiding key: Secret?
  ) throws(ProviderFault) -> ProviderAnswer {
    let value = try GeminiFault.success(response, hiding: key)
    guard let embeddings = value["embeddings"]?.array, !embeddings.isEmpty else {
      throw .failing("no embeddings in the answer")
    }
    guard embeddings.count == request.texts?.count else { throw .failing("not one embedding for each text") }
    var data: [JSONValue] = []
    for (index, embedding) in embeddings.enumerated() {
      guard let values = embedding["values"]?.array, !values.isEmpty,
        values.allSatisfy({ $0.double != nil })
      else { throw .failing("an embedding without numbers") }
      data.append([
        "object": "embedding", "index": .integer(Int64(index)),
        "embedding": request.isBase64 ? Self.base64(values) : .array(values),
      ])
    }
    // Some models count the prompt's tokens; what is missing is zero.
    let usage = TokenUsage(gemini: value["usageMetadata"])
    return ProviderAnswer(Answer("", finishReason: .stop, usage: usage), embeddings: .array(data))
  }

  /// 32-bit floating-point numbers, the lowest byte first, as OpenAI's clients read them.
  private static func base64(_ values: [JSONValue]) -> JSONValue {
    var bytes = Data(capacity: values.count * 4)
    for value in values {
      withUnsafeBytes(of: Float(value.double ?? 0).bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    return .string(bytes.base64EncodedString())
  }
}
