import HTTPTypes
import Shared

extension GeminiDialect {
  private static let prefix = "/gemini/v1beta/models/"

  func read(_ request: ReceivedRequest) throws(Refusal) -> ChatCall {
    let (model, method) = try target(of: request)
    let delivery: ChatCall.Delivery
    switch method {
    case "generateContent": delivery = .whole
    case "streamGenerateContent": delivery = request.queryValue("alt") == "sse" ? .serverSentEvents : .array
    case "countTokens": delivery = .count
    default: throw .unknownPath
    }
    var body = try authorizedBody(
      request, model, method == "countTokens" ? .countTokensRequest : .generateContentRequest)
    body = body["generateContentRequest"] ?? body
    let conversation = try GeminiConversation.read(body, model: model)
    let settings = try GeminiSettings.read(body["generationConfig"] ?? [:], model: model)
    var call = ChatCall(
      model: model, conversation: conversation, maxTokens: settings.maxTokens, delivery: delivery)
    call.stopSequences = settings.stopSequences
    call.seed = settings.seed
    call.format = settings.format
    (call.tools, call.toolChoice) = try GeminiTools.read(body)
    if !call.tools.isEmpty, call.format != .text, !ThoughtSignature.isDemanded(by: model) {
      throw .invalid("Function calling with a response mime type: 'application/json' is unsupported")
    }
    return call
  }

  func readEmbedding(_ request: ReceivedRequest) throws(Refusal) -> EmbeddingCall? {
    let (model, method) = try target(of: request)
    switch method {
    case "embedContent":
      return try GeminiEmbeddings.readOne(
        try authorizedBody(request, model, .embedContentRequest), model: model)
    case "batchEmbedContents":
      return try GeminiEmbeddings.readBatch(
        try authorizedBody(request, model, .batchEmbedContentsRequest), model: model)
    default: return nil
    }
  }

  private func target(of request: ReceivedRequest) throws(Refusal) -> (model: String, method: Substring) {
    guard request.method == .post, request.path.hasPrefix(Self.prefix),
      // The model may hold colons itself.
      let colon = request.path.lastIndex(of: ":"),
      let model = String(request.path[..<colon].dropFirst(Self.prefix.count)).percentDecoded
    else { throw .unknownPath }
    return (model, request.path[colon...].dropFirst())
  }

  private func authorizedBody(
    _ request: ReceivedRequest, _ model: String, _ message: GeminiMessage
  ) throws(Refusal) -> JSONValue {
    // Google would take it; Sluice must not send it, because addresses end in logs.
    if request.queryValue("key") != nil {
      throw .invalid("Invalid query parameter \"key\": the key belongs into the header x-goog-api-key.")
    }
    let key = HTTPField.Name("x-goog-api-key").flatMap { request.headers[$0] } ?? ""
    if key.isEmpty { throw .missingKey }
    if RefusedKey.matches(key[...]) { throw .invalidKey }
    if model.isEmpty { throw .invalid("* GenerateContentRequest.model: unexpected model name format") }
    let body: JSONValue
    do { body = try JSONParser.parse(request.body) } catch {
      throw .invalid("Invalid JSON payload received. Expected a value: \(error).")
    }
    return try GeminiFieldCheck.check(body, message)
  }
}
