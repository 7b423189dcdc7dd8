import HTTPTypes
import Shared

extension OpenAIDialect {
  private static let roles: Set<String> = ["system", "developer", "user", "assistant", "tool"]
  /// What Groq refuses (its page on OpenAI compatibility).
  private static let unsupportedByGroq = ["logprobs", "logit_bias", "top_logprobs"]

  private var path: String {
    switch provider {
    case .groq: "/groq/openai/v1/chat/completions"
    case .openrouter: "/openrouter/api/v1/chat/completions"
    default: "/openai/v1/chat/completions"
    }
  }

  func read(_ request: ReceivedRequest) throws(Refusal) -> ChatCall {
    guard request.method == .post, request.path == path else { throw .unknownPath }
    for name in ["key", "api_key"] where request.queryValue(name) != nil {
      throw .invalid("Unknown query parameter: '\(name)'. Keys belong into the Authorization header.")
    }
    try checkKey(request.headers[.authorization])
    let body: JSONValue
    do { body = try JSONParser.parse(request.body) } catch {
      throw .invalid("We could not parse the JSON body of your request: \(error).")
    }
    guard let model = body["model"]?.string, !model.isEmpty else {
      throw .invalid("you must provide a model parameter", parameter: "model")
    }
    guard let messages = body["messages"]?.array, !messages.isEmpty else {
      throw .invalid("Missing required parameter: 'messages'.", parameter: "messages")
    }
    try checkSupport(body, messages)
    var texts: [String] = []
    for (index, message) in messages.enumerated() { texts.append(try text(message, index)) }
    let limit = body["max_completion_tokens"]?.integer ?? body["max_tokens"]?.integer
    if let limit, limit < 1 {
      throw .invalid("Invalid 'max_tokens': integer below minimum value.", parameter: "max_tokens")
    }
    let isStream = body["stream"]?.bool ?? false
    return ChatCall(
      model: model, prompt: texts.joined(separator: "\n"), lastMessage: texts.last ?? "",
      maxTokens: limit.flatMap { Int(exactly: $0) }, delivery: isStream ? .serverSentEvents : .whole,
      wantsUsage: isStream && body["stream_options"]?["include_usage"]?.bool == true)
  }

  private func checkKey(_ header: String?) throws(Refusal) {
    guard let header, header.lowercased().hasPrefix("bearer ") else { throw .missingKey }
    let key = header.dropFirst("bearer ".count).drop { $0 == " " }
    if key.isEmpty { throw .missingKey }
    if RefusedKey.matches(key) { throw .invalidKey }
  }

  private func checkSupport(_ body: JSONValue, _ messages: [JSONValue]) throws(Refusal) {
    guard provider == .groq else { return }
    for name in Self.unsupportedByGroq where !(body[name] ?? nil).isNull && body[name] != false {
      throw .invalid("property '\(name)' is unsupported", parameter: name)
    }
    if let count = body["n"]?.integer, count != 1 {
      throw .invalid("'n' : number must be at most 1", parameter: "n")
    }
    for (index, message) in messages.enumerated() where message["name"] != nil {
      throw .invalid(
        "'messages.\(index)' : for 'role:\(message["role"]?.string ?? "")' the following must be satisfied[('messages.\(index)' : property 'name' is unsupported)]"
      )
    }
  }

  private func text(_ message: JSONValue, _ index: Int) throws(Refusal) -> String {
    guard let role = message["role"]?.string, Self.roles.contains(role) else {
      let role = message["role"]?.string ?? ""
      throw .invalid(
        "Invalid value: '\(role)'. Supported values are: 'system', 'assistant', 'user', 'tool', and 'developer'.",
        parameter: "messages[\(index)].role")
    }
    switch message["content"] {
    case .string(let text): return text
    case .array(let parts): return parts.compactMap { $0["text"]?.string }.joined(separator: "\n")
    case .null,
      nil where role == "assistant":
      return ""
    default:
      throw .invalid(
        "Invalid type for 'messages[\(index)].content': expected a string or an array of objects.",
        parameter: "messages[\(index)].content")
    }
  }
}
