import NIOCore
import NIOHTTP1
import Shared

/// OpenAI's chat completions (https://platform.openai.com/docs/api-reference/chat), as OpenAI, Groq,
/// OpenRouter and most other providers speak them.
struct OpenAIDialect: Dialect {
  func request(_ request: JobRequest, for model: String, of provider: Provider) -> ProviderRequest {
    var headers = HTTPHeaders(for: provider)
    headers.add(name: "Authorization", value: "Bearer \(provider.apiKey?.reveal() ?? "")")
    return ProviderRequest(
      url: provider.baseURL + "/chat/completions", headers: headers, body: body(request, model))
  }

  private func body(_ request: JobRequest, _ model: String) -> ByteBuffer {
    var body: JSONObject = [
      "model": .string(model), "messages": .array(request.messages.map(message)),
      "max_tokens": .integer(Int64(request.maxTokens)), "temperature": .double(request.temperature),
    ]
    if let topP = request.topP { body["top_p"] = .double(topP) }
    if !request.stop.isEmpty { body["stop"] = .array(request.stop.map(JSONValue.string)) }
    if let seed = request.seed { body["seed"] = .integer(seed) }
    return JSONValue.object(body).serialized()
  }

  private func message(_ message: ChatMessage) -> JSONValue {
    // Only OpenAI itself knows `developer`; all know `system`, which means the same.
    let role = message.role == .developer ? .system : message.role
    return ["role": .string(role.rawValue), "content": .string(message.content)]
  }

  // MARK: - Answers

  func answer(in response: ProviderResponse) throws(ProviderFault) -> ProviderAnswer {
    guard response.status == 200 else { throw fault(in: response) }
    let body: JSONValue
    do { body = try JSONParser.parse(response.body) } catch { throw .failing("its answer is not JSON") }
    if let error = body["error"], !error.isNull { throw fault(error, in: response) }
    guard let choice = body["choices"]?[0], let message = choice["message"] else {
      throw .failing("its answer holds no choice")
    }
    if message["refusal"]?.string != nil { throw .contentFiltered }
    let text = message["content"]?.string ?? ""
    let finishReason = try finishReason(choice["finish_reason"]?.string)
    guard !text.isEmpty else { throw .failing("its answer is empty") }
    return ProviderAnswer(text: text, finishReason: finishReason, usage: usage(body["usage"]))
  }

  private func finishReason(_ text: String?) throws(ProviderFault) -> FinishReason {
    switch text {
    case "stop": return .stop
    case "length": return .length
    case "content_filter": throw .contentFiltered
    case nil: throw .failing("its answer did not finish")
    case "error": throw .failing("it broke off with an error")
    case .some: throw .failing("its answer ended for an unknown reason")
    }
  }

  private func usage(_ usage: JSONValue?) -> TokenUsage {
    TokenUsage(
      promptTokens: usage?["prompt_tokens"]?.count ?? 0,
      completionTokens: usage?["completion_tokens"]?.count ?? 0)
  }

  // MARK: - Errors

  private func fault(in response: ProviderResponse) -> ProviderFault {
    let body = try? JSONParser.parse(response.body)
    return fault(status: response.status, body?["error"], in: response)
  }

  /// OpenRouter sends errors with status 200, too; their code is a status.
  private func fault(_ error: JSONValue, in response: ProviderResponse) -> ProviderFault {
    guard let code = error["code"]?.integer, (400...599).contains(code) else {
      return .failing("its answer is an error")
    }
    return fault(status: Int(code), error, in: response)
  }

  private func fault(status: Int, _ error: JSONValue?, in response: ProviderResponse) -> ProviderFault {
    // Waiting does not bring credit back.
    if error?["code"]?.string == "insufficient_quota" {
      return ProviderFault(.keyRefused, "no quota left (\(status))")
    }
    let message = error?["message"]?.string ?? error?.string ?? ""
    return .status(
      status, message: message, retryAfter: RetryDelay.read(from: response.headers, status: status))
  }
}

extension JSONValue {
  /// A token count; what does not fit is clamped by ``TokenUsage``.
  var count: Int? { integer.map(Int.init) ?? double.map { $0 > 0 ? Int.max : 0 } }
}
