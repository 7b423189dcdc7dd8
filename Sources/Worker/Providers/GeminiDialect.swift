import NIOCore
import NIOHTTP1
import Shared

/// Gemini's generateContent (https://ai.google.dev/api/generate-content).
struct GeminiDialect: Dialect {
  func request(_ request: JobRequest, for model: String, of provider: Provider) -> ProviderRequest {
    var headers = HTTPHeaders(for: provider)
    headers.add(name: "x-goog-api-key", value: provider.apiKey?.reveal() ?? "")
    return ProviderRequest(
      url: "\(provider.baseURL)/models/\(Self.pathSegment(model)):generateContent", headers: headers,
      body: body(request))
  }

  private func body(_ request: JobRequest) -> ByteBuffer {
    var configuration: JSONObject = [
      "maxOutputTokens": .integer(Int64(request.maxTokens)), "temperature": .double(request.temperature),
    ]
    if let topP = request.topP { configuration["topP"] = .double(topP) }
    if !request.stop.isEmpty { configuration["stopSequences"] = .array(request.stop.map(JSONValue.string)) }
    // Gemini's seed is a 32-bit number; a larger one is folded, so that equal seeds stay equal.
    if let seed = request.seed { configuration["seed"] = .integer(Int64(Int32(truncatingIfNeeded: seed))) }
    var body: JSONObject = ["contents": .array(contents(request.messages))]
    let instructions = request.messages.filter(\.isInstruction)
    if !instructions.isEmpty {
      body["systemInstruction"] = ["parts": .array(instructions.map(part))]
    }
    body["generationConfig"] = .object(configuration)
    return JSONValue.object(body).serialized()
  }

  /// Turns must alternate, so what one side says in several messages becomes one turn.
  private func contents(_ messages: [ChatMessage]) -> [JSONValue] {
    var turns: [(role: String, parts: [JSONValue])] = []
    for message in messages where !message.isInstruction {
      let role = message.role == .assistant ? "model" : "user"
      if turns.last?.role == role {
        turns[turns.count - 1].parts.append(part(message))
      } else {
        turns.append((role, [part(message)]))
      }
    }
    return turns.map { ["role": .string($0.role), "parts": .array($0.parts)] }
  }

  private func part(_ message: ChatMessage) -> JSONValue { ["text": .string(message.content)] }

  /// RFC 3986 section 2.3: everything else in a model's name is escaped, so it cannot change the path.
  private static func pathSegment(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var escaped: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        escaped.append(byte)
      default:
        escaped += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: escaped, as: UTF8.self)
  }

  // MARK: - Answers

  func answer(in response: ProviderResponse) throws(ProviderFault) -> ProviderAnswer {
    guard response.status == 200 else { throw fault(in: response) }
    let body: JSONValue
    do { body = try JSONParser.parse(response.body) } catch { throw .failing("its answer is not JSON") }
    if body["error"] != nil { throw fault(in: response) }
    if body["promptFeedback"]?["blockReason"]?.string != nil { throw .contentFiltered }
    guard let candidate = body["candidates"]?[0] else { throw .failing("its answer holds no candidate") }
    let finishReason = try finishReason(candidate["finishReason"]?.string)
    let parts = candidate["content"]?["parts"]?.array ?? []
    let text = parts.filter { $0["thought"]?.bool != true }.compactMap { $0["text"]?.string }.joined()
    guard !text.isEmpty else { throw .failing("its answer is empty") }
    return ProviderAnswer(text: text, finishReason: finishReason, usage: usage(body["usageMetadata"]))
  }

  private func finishReason(_ text: String?) throws(ProviderFault) -> FinishReason {
    switch text {
    case "STOP": return .stop
    case "MAX_TOKENS": return .length
    case "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY":
      throw .contentFiltered
    case nil: throw .failing("its answer did not finish")
    case .some: throw .failing("its answer ended for an unknown reason")
    }
  }

  /// Thoughts are paid for like the answer.
  private func usage(_ usage: JSONValue?) -> TokenUsage {
    let answer = min(max(usage?["candidatesTokenCount"]?.count ?? 0, 0), TokenUsage.limit)
    let thoughts = min(max(usage?["thoughtsTokenCount"]?.count ?? 0, 0), TokenUsage.limit)
    return TokenUsage(
      promptTokens: usage?["promptTokenCount"]?.count ?? 0, completionTokens: answer + thoughts)
  }

  // MARK: - Errors

  private func fault(in response: ProviderResponse) -> ProviderFault {
    let body = try? JSONParser.parse(response.body)
    // The object may stand in an array of one.
    let error = body?["error"] ?? body?[0]?["error"]
    let status = response.status == 200 ? error?["code"]?.integer.map(Int.init) ?? 500 : response.status
    let details = error?["details"]?.array ?? []
    // A bad key comes as a 400 of its own kind.
    if details.contains(where: { $0["reason"]?.string == "API_KEY_INVALID" }) {
      return ProviderFault(.keyRefused, "key refused (\(status))")
    }
    return .status(
      status, message: error?["message"]?.string ?? "",
      retryAfter: retryAfter(details) ?? RetryDelay.read(from: response.headers, status: status))
  }

  private func retryAfter(_ details: [JSONValue]) -> Duration? {
    let violations = details.flatMap { $0["violations"]?.array ?? [] }
    // The day is gone, whatever the delay says.
    if violations.contains(where: { $0["quotaId"]?.string?.contains("PerDay") == true }) {
      return RetryDelay.dayCap
    }
    return details.lazy.compactMap { $0["retryDelay"]?.string }.first.flatMap(RetryDelay.duration)
      .map { min($0, RetryDelay.cap) }
  }
}

extension ChatMessage {
  /// Said by the application, not by either side of the conversation.
  fileprivate var isInstruction: Bool { role == .system || role == .developer }
}
