import Shared

extension OpenAIDialect: EmbeddingDialect {
  func body(_ call: EmbeddingCall, _ answer: EmbeddingAnswer) -> JSONValue {
    let data = answer.vectors.enumerated().map { index, vector -> JSONValue in
      ["object": "embedding", "index": .integer(Int64(index)), "embedding": encode(vector, call.form)]
    }
    var body: JSONObject = ["object": "list", "data": .array(data), "model": .string(call.model)]
    if let tokens = answer.promptTokens {
      body["usage"] = ["prompt_tokens": .integer(Int64(tokens)), "total_tokens": .integer(Int64(tokens))]
    }
    return .object(body)
  }

  private func encode(_ vector: [Float], _ form: EmbeddingCall.Form) -> JSONValue {
    guard form == .base64 else { return numbers(vector) }
    let bytes = vector.flatMap { number in
      (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * UInt32($0))) }
    }
    return .string(Base64.encode(bytes))
  }
}
