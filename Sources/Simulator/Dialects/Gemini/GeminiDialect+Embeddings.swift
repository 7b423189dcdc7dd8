import Shared

extension GeminiDialect: EmbeddingDialect {
  func body(_ call: EmbeddingCall, _ answer: EmbeddingAnswer) -> JSONValue {
    let embeddings = answer.vectors.map { vector -> JSONValue in ["values": numbers(vector)] }
    var body: JSONObject =
      call.form == .single ? ["embedding": embeddings.first ?? [:]] : ["embeddings": .array(embeddings)]
    if let tokens = answer.promptTokens {
      body["usageMetadata"] = ["promptTokenCount": .integer(Int64(tokens))]
    }
    return .object(body)
  }
}
