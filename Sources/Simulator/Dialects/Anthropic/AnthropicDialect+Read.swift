import HTTPTypes
import Shared

extension AnthropicDialect {
  private static let path = "/anthropic/v1/messages"
  private static let countPath = path + "/count_tokens"
  /// What only an answer has.
  private static let ofAnswers: Set<String> = [
    "container", "diagnostics", "inference_geo", "max_tokens", "metadata", "service_tier", "stop_sequences",
    "stream", "temperature", "top_k", "top_p",
  ]
  private static let versions = ["2023-01-01", "2023-06-01", "2026-10-21"]
  private static let parameters: Set<String> = [
    "cache_control", "container", "context_management", "diagnostics", "inference_geo", "max_tokens",
    "mcp_servers",
    "messages", "metadata", "model", "output_config", "service_tier", "speed", "stop_sequences", "stream",
    "system",
    "temperature", "thinking", "tool_choice", "tools", "top_k", "top_p",
  ]

  func read(_ request: ReceivedRequest) throws(Refusal) -> ChatCall {
    guard request.method == .post, [Self.path, Self.countPath].contains(request.path) else {
      throw .unknownPath
    }
    try checkHeaders(request.headers)
    let body: JSONValue
    do { body = try JSONParser.parse(request.body) } catch {
      throw .invalid("The request body is not valid JSON: \(error)")
    }
    guard let members = body.object else { throw .invalid("The request body is not valid JSON: no object") }
    guard let model = body["model"]?.string, !model.isEmpty else { throw .invalid("model: Field required") }
    let isCount = request.path == Self.countPath
    let maxTokens = isCount ? nil : try maxTokens(body)
    let conversation = try AnthropicConversation.read(body)
    for name in members.keys
    where !Self.parameters.contains(name) || (isCount && Self.ofAnswers.contains(name)) {
      throw .invalid("\(name): Extra inputs are not permitted")
    }
    try checkRange("temperature", body)
    try checkRange("top_p", body)
    var call = ChatCall(
      model: model, conversation: conversation, maxTokens: maxTokens,
      delivery: isCount ? .count : body["stream"]?.bool == true ? .serverSentEvents : .whole)
    call.thought = try AnthropicThought.wanted(body.present("thinking"))
    call.stopSequences = try stopSequences(body.present("stop_sequences"))
    (call.tools, call.toolChoice) = try AnthropicTools.read(body)
    call.format = try format(body["output_config"]?.present("format"))
    return call
  }

  private func checkHeaders(_ headers: HTTPFields) throws(Refusal) {
    func value(_ name: String) -> String { HTTPField.Name(name).flatMap { headers[$0] } ?? "" }
    // The SDK sends the second since it knows of tokens that pass.
    let bearer = value("authorization")
    let token = bearer.lowercased().hasPrefix("bearer ") ? bearer.dropFirst("bearer ".count) : ""
    let header = value("x-api-key")
    let key = header.isEmpty ? token : header[...]
    if key.isEmpty { throw .missingKey }
    if RefusedKey.matches(key) { throw .invalidKey }
    let version = value("anthropic-version")
    if version.isEmpty { throw .invalid("anthropic-version: header is required") }
    guard Self.versions.contains(version) else {
      throw .invalid("anthropic-version: \"\(version)\" is not a valid version")
    }
  }

  private func maxTokens(_ body: JSONValue) throws(Refusal) -> Int {
    guard let value = body.present("max_tokens") else { throw .invalid("max_tokens: Field required") }
    guard let limit = value.integer.flatMap({ Int(exactly: $0) }) else {
      throw .invalid("max_tokens: Input should be a valid integer")
    }
    guard limit >= 1 else { throw .invalid("max_tokens: Input should be greater than or equal to 1") }
    // The most that any of its models can write.
    guard limit <= 128_000 else {
      throw .invalid(
        "max_tokens: \(limit) > 128000, which is the maximum allowed number of output tokens for "
          + (body["model"]?.string ?? ""))
    }
    return limit
  }

  private func checkRange(_ name: String, _ body: JSONValue) throws(Refusal) {
    guard let value = body.present(name) else { return }
    guard let number = value.double else { throw .invalid("\(name): Input should be a valid number") }
    // OpenAI's temperatures go up to 2.
    guard (0...1).contains(number) else { throw .invalid("\(name): range: 0..1") }
  }

  private func stopSequences(_ value: JSONValue?) throws(Refusal) -> [String] {
    guard let value else { return [] }
    let sequences = (value.array ?? []).compactMap(\.string)
    guard let count = value.array?.count, sequences.count == count else {
      throw .invalid("stop_sequences: Input should be a valid list")
    }
    for (index, sequence) in sequences.enumerated() where sequence.allSatisfy(\.isWhitespace) {
      throw .invalid("stop_sequences.\(index): each stop sequence must contain non-whitespace")
    }
    return sequences
  }

  private func format(_ format: JSONValue?) throws(Refusal) -> ChatCall.Format {
    guard let format else { return .text }
    guard format["type"] == "json_schema" else {
      throw .invalid("output_config.format.type: Input should be 'json_schema'")
    }
    guard let schema = format.present("schema") else {
      throw .invalid("output_config.format.schema: Field required")
    }
    return .json(schema: schema)
  }
}
