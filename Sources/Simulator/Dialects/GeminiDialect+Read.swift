import HTTPTypes
import Shared

extension GeminiDialect {
  private static let prefix = "/gemini/v1beta/models/"

  func read(_ request: ReceivedRequest) throws(Refusal) -> ChatCall {
    guard request.method == .post, request.path.hasPrefix(Self.prefix),
      // The model may hold colons itself.
      let colon = request.path.lastIndex(of: ":"),
      let model = String(request.path[..<colon].dropFirst(Self.prefix.count)).percentDecoded
    else { throw .unknownPath }
    let delivery: ChatCall.Delivery
    switch request.path[colon...] {
    case ":generateContent": delivery = .whole
    case ":streamGenerateContent": delivery = request.queryValue("alt") == "sse" ? .serverSentEvents : .array
    default: throw .unknownPath
    }
    // Google would take it; Sluice must not send it, because addresses end in logs.
    if request.queryValue("key") != nil {
      throw .invalid("Invalid query parameter \"key\": the key belongs into the header x-goog-api-key.")
    }
    let key = HTTPField.Name("x-goog-api-key").flatMap { request.headers[$0] } ?? ""
    if key.isEmpty { throw .missingKey }
    if RefusedKey.matches(key[...]) { throw .invalidKey }
    if model.isEmpty { throw .invalid("* GenerateContentRequest.model: unexpected model name format") }
    return try call(request, model, delivery)
  }

  private func call(
    _ request: ReceivedRequest, _ model: String, _ delivery: ChatCall.Delivery
  ) throws(Refusal) -> ChatCall {
    let body: JSONValue
    do { body = try JSONParser.parse(request.body) } catch {
      throw .invalid("Invalid JSON payload received. Expected a value: \(error).")
    }
    guard let contents = body["contents"]?.array, !contents.isEmpty else {
      throw .invalid("* GenerateContentRequest.contents: contents is not specified\n")
    }
    let roles = contents.map { $0["role"]?.string ?? "user" }
    guard !zip(roles, roles.dropFirst()).contains(where: ==) else {
      throw .invalid("Please ensure that multiturn requests alternate between user and model.")
    }
    var texts: [String] = []
    if let system = body["systemInstruction"] { texts.append(text(system)) }
    for (index, content) in contents.enumerated() {
      guard ["user", "model", "function"].contains(content["role"]?.string ?? "user") else {
        throw .invalid("Please use a valid role: user, model.")
      }
      guard let parts = content["parts"]?.array, !parts.isEmpty else {
        throw .invalid(
          "* GenerateContentRequest.contents[\(index)].parts: contents.parts must not be empty.\n")
      }
      texts.append(text(content))
    }
    let limit = body["generationConfig"]?["maxOutputTokens"]?.integer
    if let limit, limit < 1 {
      throw .invalid(
        "* GenerateContentRequest.generation_config.max_output_tokens: max_output_tokens must be positive.\n")
    }
    return ChatCall(
      model: model, prompt: texts.joined(separator: "\n"), lastMessage: texts.last ?? "",
      maxTokens: limit.flatMap { Int(exactly: $0) }, delivery: delivery)
  }

  private func text(_ content: JSONValue) -> String {
    (content["parts"]?.array ?? []).compactMap { $0["text"]?.string }.joined(separator: "\n")
  }
}

extension String {
  /// The text behind percent escapes (RFC 3986 section 2.1); nil for a broken escape or no UTF-8.
  fileprivate var percentDecoded: String? {
    guard utf8.contains(UInt8(ascii: "%")) else { return self }
    var bytes: [UInt8] = []
    var rest = self[...].utf8
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
